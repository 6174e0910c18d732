"""Counts of any windows: whole hours from the rollups, all else from the cases themselves.

What it says is what counting every case at this moment would say: hours that changed since they
were counted are read from the cases, too.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Self

from sqlalchemy import (
    CTE,
    Connection,
    Row,
    Select,
    Subquery,
    select,
    union_all,
)

from hitl.reports.changed import changed_hours
from hitl.reports.facts import Fact, Span, spans_of, total
from hitl.storage.moments import hour_after, hour_before
from hitl.storage.rollups import progress

_HOUR = timedelta(hours=1)
Window = tuple[datetime, datetime]
"""``since <= t < until``."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """The counts of one use case, or of one model or policy version of it."""

    connection: Connection
    use_case: str
    counted_until: datetime | None
    """Hours before it are in the rollups, but for ``changed`` ones."""
    changed: tuple[datetime, ...]
    only: Mapping[str, str]
    """``model`` and ``policy_version``, where one is meant alone."""

    @classmethod
    def open(
        cls,
        connection: Connection,
        use_case: str,
        *,
        model: str | None = None,
        policy_version: str | None = None,
    ) -> Self:
        """Everything asked of it is of the connection's snapshot."""
        done = progress(connection)
        changed = changed_hours(connection, done, use_case=use_case) if done else []
        given = {"model": model, "policy_version": policy_version}
        return cls(
            connection,
            use_case,
            None if done is None else done.until,
            tuple(hour for _, hour in changed),
            {name: value for name, value in given.items() if value is not None},
        )

    def of(self, model: str, policy_version: str) -> Self:
        """The counts of one version alone."""
        return replace(self, only={"model": model, "policy_version": policy_version})

    def of_model(self, model: str) -> Self:
        """The counts of one model alone, whatever the policy was."""
        return replace(self, only={"model": model})

    def rows(
        self,
        fact: Fact,
        windows: Sequence[Window],
        *by: str,
        where: Mapping[str, Any] | None = None,
    ) -> list[Row[Any]]:
        """The fact's measures by ``place`` (of the window, from 0) and the columns named.

        ``where`` asks for one value of a column of the fact's key.
        """
        parts = [
            part
            for is_counted in (True, False)
            if (part := self._part(fact, windows, is_counted=is_counted)) is not None
        ]
        if not parts:
            return []
        found = union_all(*parts).subquery()
        columns = [found.c.place, *(found.c[name] for name in by)]
        sums = [total(found.c[name]).label(name) for name in fact.measures]
        chosen = [found.c[name] == value for name, value in {**self.only, **(where or {})}.items()]
        asked = select(*columns, *sums).where(*chosen).group_by(*columns).order_by(*columns)
        return list(self.connection.execute(asked))

    def _part(
        self, fact: Fact, windows: Sequence[Window], *, is_counted: bool
    ) -> Select[Any] | None:
        spans = [
            Span(place, self.use_case, since, until)
            for place, window in enumerate(windows)
            for counted, since, until in self._split(window)
            if counted is is_counted
        ]
        if not spans:
            return None
        given = spans_of(spans, name="counted_spans" if is_counted else "spans")
        rows = counted_rows(fact, given) if is_counted else fact.raw(given).subquery()
        return select(*(rows.c[name] for name in ("place", *fact.key, *fact.measures)))

    def _split(self, window: Window) -> Iterable[tuple[bool, datetime, datetime]]:
        """Its parts, and whether each is counted."""
        since, until = window
        first = hour_after(since)
        last = min(hour_before(until), self.counted_until or first)
        if last <= first:
            return [(False, since, until)] if since < until else []
        parts, at = [(False, since, first)], first
        for hour in self.changed[bisect_left(self.changed, first) :]:
            if hour >= last:
                break
            parts += [(True, at, hour), (False, hour, hour + _HOUR)]
            at = hour + _HOUR
        parts += [(True, at, last), (False, last, until)]
        return [part for part in parts if part[1] < part[2]]


def counted_rows(fact: Fact, spans: CTE) -> Subquery:
    """The same of the rollups as ``fact.raw`` of the cases."""
    table = fact.table
    return (
        select(spans.c.place, table)
        .where(
            table.c.use_case == spans.c.use_case,
            table.c.hour >= spans.c.since,
            table.c.hour < spans.c.until,
        )
        .subquery()
    )
