"""Counts of any windows: whole hours from the rollups, all else from the cases themselves.

What it says is what counting every case at this moment would say: hours that changed since they
were counted are read from the cases, too.
"""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any, Self

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Row,
    Select,
    Subquery,
    Table,
    bindparam,
    func,
    select,
    union_all,
)

from hitl.reports.changed import changed_hours
from hitl.reports.facts import Fact, key_of
from hitl.reports.spans import (
    MOST_KEPT,
    Span,
    Spans,
    found_apart,
    given,
    padded,
    spans_in_parts,
    total,
)
from hitl.storage.moments import DAY, EPOCH, HOUR, whole_after, whole_before
from hitl.storage.rollups import progress
from hitl.storage.tables import cases

_HOUR = timedelta(hours=1)
Window = tuple[datetime, datetime]
"""``since <= t < until``."""
EVER: Window = (EPOCH, datetime.max.replace(tzinfo=UTC))


class Source(StrEnum):
    """Where a part of a window is read."""

    CASES = "cases"
    HOURS = "hours"
    DAYS = "days"


_SPANS, _ONLY = "spans_of_{}", "only_{}"
"""Names of what a statement is asked with."""
Part = tuple[Source, datetime, datetime]


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
    _told: dict[Any, list[Row[Any]]] = field(default_factory=dict, compare=False, repr=False)
    """Answers already given: much of a report asks for the same."""

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
        return replace(self, _told={}, only={"model": model, "policy_version": policy_version})

    def of_model(self, model: str) -> Self:
        """The counts of one model alone, whatever the policy was."""
        return replace(self, _told={}, only={"model": model})

    @property
    def own_cases(self) -> list[ColumnElement[bool]]:
        """What holds for the cases it is about, for questions that no rollup answers."""
        return [cases.c.use_case == self.use_case, *self._own_versions]

    @property
    def of_own_cases(self) -> list[ColumnElement[bool]]:
        """The same for rows that hang off cases and are to be looked at first.

        As an expression, or SQLite would begin with every case of the use case.
        """
        return [cases.c.use_case.concat("") == self.use_case, *self._own_versions]

    @property
    def _own_versions(self) -> list[ColumnElement[bool]]:
        return [func.coalesce(cases.c[name], "") == value for name, value in self.only.items()]

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
        chosen = {**self.only, **(where or {})}
        question = (fact.table.name, tuple(windows), by, tuple(sorted(chosen.items())))
        if question not in self._told:
            self._told[question] = self._asked(fact, windows, by, chosen)
        return self._told[question]

    def _asked(
        self, fact: Fact, windows: Sequence[Window], by: Sequence[str], chosen: Mapping[str, Any]
    ) -> list[Row[Any]]:
        # Days are no answer to what is asked by the hour, or by what they do not count by.
        days = fact.days
        if days is not None and not {*by, *chosen} <= {*key_of(days)} - {"hour"}:
            days = None
        spans = self._spans(windows, has_days=days is not None)
        if not spans:
            return []
        counts = tuple((source, len(rows)) for source, rows in spans.items())
        values = {_ONLY.format(name): value for name, value in chosen.items()}
        for source, rows in spans.items():
            values |= given(rows, name=_SPANS.format(source))
        is_apart = found_apart(self.connection, dict(counts).get(Source.CASES, 0))
        parts = (fact, ("place", *by), tuple(chosen), counts, is_apart)
        if sum(count for _, count in counts) <= 4 * MOST_KEPT:
            found = self.connection.execute(_question(*parts), values)
        else:
            # Hardly ever asked again, and would take room: nobody keeps it.
            once = _question.__wrapped__(*parts)
            options = {"compiled_cache": None}
            found = self.connection.execute(once, values, execution_options=options)
        # One by one takes twice as long.
        return list(found.all())

    def _spans(self, windows: Sequence[Window], *, has_days: bool) -> dict[Source, list[Span]]:
        """By where they are read; no source that nothing is read of."""
        found: defaultdict[Source, list[Span]] = defaultdict(list)
        for place, window in enumerate(windows):
            for source, since, until in self._split(window, has_days=has_days):
                found[source].append(Span(place, self.use_case, since, until))
        return {source: padded(found[source]) for source in Source if found[source]}

    def _split(self, window: Window, *, has_days: bool) -> list[Part]:
        """Where to read each part of it."""
        since, until = window
        first = whole_after(since, HOUR)
        last = min(whole_before(until, HOUR), self.counted_until or first)
        if last <= first:
            return [(Source.CASES, since, until)] if since < until else []
        parts, at = [(Source.CASES, since, first)], first
        for hour in self.changed[bisect_left(self.changed, first) :]:
            if hour >= last:
                break
            # Hours in a row are read at once: a mass erasure changes thousands.
            _, begun, at = parts.pop()
            if at < hour:
                parts += [(Source.CASES, begun, at), *_counted(at, hour, has_days=has_days)]
                begun = hour
            parts.append((Source.CASES, begun, at := hour + _HOUR))
        parts += _counted(at, last, has_days=has_days)
        parts.append((Source.CASES, last, until))
        return [part for part in parts if part[1] < part[2]]


def _counted(since: datetime, until: datetime, *, has_days: bool) -> list[Part]:
    """Whole hours in which nothing changed, as whole days where there are counts of days."""
    first, last = whole_after(since, DAY), whole_before(until, DAY)
    if not has_days or last <= first:
        return [(Source.HOURS, since, until)]
    return [(Source.HOURS, since, first), (Source.DAYS, first, last), (Source.HOURS, last, until)]


def counted_rows(table: Table, spans: Spans) -> Subquery:
    """The same of a rollup as ``Fact.raw`` of the cases."""
    return (
        select(spans.c.place, table)
        .where(
            table.c.use_case == spans.use_case,
            table.c.hour >= spans.c.since,
            table.c.hour < spans.c.until,
        )
        .subquery()
    )


@lru_cache(maxsize=512)
def _question(
    fact: Fact,
    columns: tuple[str, ...],
    chosen: tuple[str, ...],
    counts: tuple[tuple[Source, int], ...],
    is_apart: bool,  # noqa: FBT001 - handed on by answers
) -> Select[Any]:
    """The statement for so many spans of each source."""
    parts = [
        _summed(_rows(fact, source, spans), fact, columns, chosen)
        for source, count in counts
        for spans in spans_in_parts(
            count,
            name=_SPANS.format(source),
            is_apart=is_apart and source is Source.CASES,
        )
    ]
    # Summed in parts first: so no database keeps a year's rows aside to put them together.
    return _summed(union_all(*parts).subquery(), fact, columns, ()).order_by(*columns)


def _rows(fact: Fact, source: Source, spans: Spans) -> FromClause:
    if source is Source.CASES:
        return fact.raw(spans).subquery()
    table = fact.days if source is Source.DAYS else None
    return counted_rows(fact.table if table is None else table, spans)


def _summed(
    rows: FromClause, fact: Fact, columns: Sequence[str], chosen: Sequence[str]
) -> Select[Any]:
    shown = [rows.c[name] for name in columns]
    sums = [total(rows.c[name]).label(name) for name in fact.measures]
    meant = [
        rows.c[name] == bindparam(_ONLY.format(name), type_=rows.c[name].type) for name in chosen
    ]
    return select(*shown, *sums).where(*meant).group_by(*shown)
