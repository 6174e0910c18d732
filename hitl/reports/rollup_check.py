"""Whether the rollups say what the cases say."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Table, select

from hitl.reports.changed import changed_hours
from hitl.reports.facts import FACTS, Fact, key_of
from hitl.reports.ledger import counted_rows
from hitl.reports.rolling import counted_use_cases, first_hour, raw_rows
from hitl.reports.spans import Span, by_use_case, given, spans_of, total
from hitl.storage.moments import DAY, whole_after, whole_before
from hitl.storage.rollups import progress

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def differences(
    connection: Connection, *, told: Callable[[datetime], None] = lambda _: None
) -> Iterator[str]:
    """Where the rollups do not say what the cases say, in words, a week and table at a time.

    ``told`` hears after each week up to when they are compared.
    """
    done = progress(connection)
    if done is None:
        return
    changed = set(changed_hours(connection, done))
    since = first_hour(connection) or done.until
    while since < done.until:
        until = min(whole_before(since, DAY) + _WEEK, done.until)
        spans = [Span(0, name, since, until) for name in counted_use_cases(connection)]
        for fact in FACTS:
            stored = _as_told(fact, _stored_rows(connection, fact, spans), without=changed)
            seen = _as_told(fact, raw_rows(connection, fact, spans), without=changed)
            if wrong := sorted(str(key) for key, _ in stored ^ seen):
                yield f"{fact.table.name}, {since:%Y-%m-%d %H:%M} UTC: {wrong[0]}"
            if fact.days is not None and not _days_add_up(connection, fact, fact.days, spans):
                yield f"{fact.days.name}, {since:%Y-%m-%d %H:%M} UTC: not what its hours are"
        told(since := until)


def _days_add_up(connection: Connection, fact: Fact, days: Table, spans: Sequence[Span]) -> bool:
    """Whether each whole day within the spans counts what its hours do."""
    whole = [
        Span(place, span.use_case, day, day + _DAY)
        for span in spans
        for place, day in enumerate(_whole_days(span))
    ]
    by = ("place", *(name for name in key_of(days) if name != "hour"))
    return all(
        _added_up(connection, fact, days, own, by)
        == _added_up(connection, fact, fact.table, own, by)
        for own in by_use_case(whole)
    )


def _whole_days(span: Span) -> Iterator[datetime]:
    day = whole_after(span.since, DAY)
    while day + _DAY <= span.until:
        yield day
        day += _DAY


def _added_up(
    connection: Connection, fact: Fact, table: Table, spans: Sequence[Span], by: Sequence[str]
) -> set[tuple[Any, ...]]:
    """The first measure by these columns."""
    rows = counted_rows(table, spans_of(len(spans)))
    key = [rows.c[name] for name in by]
    asked = select(*key, total(rows.c[fact.measures[0]])).group_by(*key)
    return {tuple(row) for row in connection.execute(asked, given(spans))}


def _stored_rows(connection: Connection, fact: Fact, spans: Sequence[Span]) -> list[dict[str, Any]]:
    names = (*fact.key, *fact.measures)
    found: list[dict[str, Any]] = []
    for own in by_use_case(spans):
        rows = counted_rows(fact.table, spans_of(len(own)))
        stored = connection.execute(select(*(rows.c[name] for name in names)), given(own))
        found += [dict(row) for row in stored.mappings()]
    return found


def _as_told(
    fact: Fact, rows: Iterable[dict[str, Any]], *, without: set[tuple[str, datetime]]
) -> set[tuple[Any, Any]]:
    """Key and measures of each row, in a form that sums of seconds compare in."""
    return {
        (
            tuple(row[name] for name in fact.key),
            tuple(round(row[name], 3) for name in fact.measures),
        )
        for row in rows
        if (row["use_case"], row["hour"]) not in without
    }
