"""Counting the hours that are over, and those again that changed since.

A turn reads on one snapshot and stores what it found only if nobody else did meanwhile, so any
number of processes may take turns. It reads beside the verbs; only what it stores waits for them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    Connection,
    Select,
    Table,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
)

from hitl.reports.changed import changed_hours
from hitl.reports.facts import FACTS, Fact, key_of
from hitl.reports.spans import (
    Span,
    by_use_case,
    found_apart,
    given,
    padded,
    spans_in_parts,
    total,
)
from hitl.storage.database import Transaction
from hitl.storage.moments import DAY, HOUR, whole_before
from hitl.storage.rollups import Horizon, Progress, advance, is_visible, names_in, progress
from hitl.storage.tables import audit_events, cases, hourly_predictions, tallies

_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)
_RESTS = timedelta(minutes=10)
"""How long after its end an hour is left alone: most late commits are in by then."""
_HOURS_A_TURN = 168
_EVENTS_A_TURN = 10_000
_STATEMENTS = 8
"""So many of hours that lie apart are worth their planning."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What one turn found: the rows of each fact within its spans."""

    before: Progress | None
    after: Progress
    spans: tuple[Span, ...]
    rows: dict[str, list[dict[str, Any]]]
    """By the table's name."""
    is_last: bool
    """Nothing that was known is left for another turn."""


def count_turn(connection: Connection, known: Horizon, *, now: datetime) -> Turn | None:
    """Count what is to be counted; None while something up to the horizon may be unseen yet."""
    if not is_visible(connection, known):
        return None
    done = progress(connection)
    start = done or _beginning(connection, known, now=now)
    over = max(whole_before(now - _RESTS, HOUR), start.until)
    after = Progress(
        turn=start.turn + 1,
        until=min(over, start.until + _HOURS_A_TURN * _HOUR),
        event=max(start.event, _some_events_on(connection, start.event, most=known.event)),
        tally=max(start.tally, known.tally),
    )
    spans = [
        *(Span(0, name, start.until, after.until) for name in counted_use_cases(connection)),
        *(
            Span(0, name, hour, hour + _HOUR)
            for name, hour in changed_hours(connection, start, through=after)
        ),
    ]
    spans = [span for span in spans if span.since < span.until]
    return Turn(
        before=done,
        after=after,
        spans=tuple(spans),
        rows={fact.table.name: raw_rows(connection, fact, spans) for fact in FACTS},
        is_last=after.until == over and after.event >= known.event,
    )


def store_turn(tx: Transaction, turn: Turn) -> bool:
    """Whether nobody was faster; then the rows are in the place of what stood there."""
    if not advance(tx, turn.before, turn.after):
        return False
    places = [
        {"whose": span.use_case, "since": span.since, "until": span.until} for span in turn.spans
    ]
    for fact in FACTS:
        if places:
            tx.connection.execute(_clear(fact.table), places)
        if rows := turn.rows[fact.table.name]:
            tx.connection.execute(insert(fact.table), rows)
    _add_up_days(tx, turn)
    return True


def _add_up_days(tx: Transaction, turn: Turn) -> None:
    """Count anew the days that are over and in which an hour was."""
    last = whole_before(turn.after.until, DAY)
    touched = {
        (span.use_case, day)
        for span in turn.spans
        for day in _days(whole_before(span.since, DAY), min(span.until, last))
    }
    places = [{"whose": name, "since": day, "until": day + _DAY} for name, day in sorted(touched)]
    for fact in FACTS:
        if fact.days is not None and places:
            tx.connection.execute(_clear(fact.days), places)
            tx.connection.execute(_added_up(fact, fact.days), places)


def _days(since: datetime, until: datetime) -> Iterator[datetime]:
    while since < until:
        yield since
        since += _DAY


def _added_up(fact: Fact, days: Table) -> Any:
    table = fact.table
    day = bindparam("since", type_=table.c.hour.type)
    names = key_of(days)
    key = [day.label(name) if name == "hour" else table.c[name] for name in names]
    sums = [total(table.c[name]) for name in fact.measures]
    hours = (
        select(*key, *sums)
        .where(
            table.c.use_case == bindparam("whose"),
            table.c.hour >= day,
            table.c.hour < bindparam("until", type_=table.c.hour.type),
        )
        .group_by(*(table.c[name] for name in names if name != "hour"))
    )
    return insert(days).from_select([*names, *fact.measures], hours)


def begin_anew(tx: Transaction) -> None:
    """Let every hour be counted again; until then reports read the cases."""
    if (done := progress(tx.connection)) is not None:
        until = first_hour(tx.connection) or done.until
        advance(tx, done, replace(done, turn=done.turn + 1, until=min(until, done.until)))


def raw_rows(connection: Connection, fact: Fact, spans: Sequence[Span]) -> list[dict[str, Any]]:
    """The rows of the fact's table as the cases say they should be."""
    is_apart = found_apart(connection, len(spans), statements=_STATEMENTS)
    return [
        dict(row)
        for own in map(padded, by_use_case(spans))
        for row in connection.execute(
            _counting(fact, len(own), is_apart=is_apart), given(own)
        ).mappings()
    ]


@lru_cache(maxsize=64)
def _counting(fact: Fact, count: int, *, is_apart: bool) -> Select[Any]:
    """Of so many spans."""
    parts = spans_in_parts(count, is_apart=is_apart)
    rows = union_all(*map(fact.raw, parts)).subquery()
    key = [rows.c[name] for name in fact.key]
    sums = [total(rows.c[name]).label(name) for name in fact.measures]
    return select(*key, *sums).group_by(*key)


def _clear(table: Table) -> Any:
    return delete(table).where(
        table.c.use_case == bindparam("whose"),
        table.c.hour >= bindparam("since", type_=table.c.hour.type),
        table.c.hour < bindparam("until", type_=table.c.hour.type),
    )


def _beginning(connection: Connection, known: Horizon, *, now: datetime) -> Progress:
    until = first_hour(connection) or whole_before(now - _RESTS, HOUR)
    return Progress(turn=0, until=until, event=known.event, tally=known.tally)


def first_hour(connection: Connection) -> datetime | None:
    """The hour in which the first thing came."""
    first = [
        connection.execute(select(func.min(moment)).where(name == each)).scalar()
        for name, moment in (
            (cases.c.use_case, cases.c.submitted_at),
            (tallies.c.use_case, tallies.c.until),
        )
        for each in names_in(connection, name)
    ]
    return min((whole_before(moment - _INSTANT, HOUR) for moment in first if moment), default=None)


def _some_events_on(connection: Connection, event: int, *, most: int) -> int:
    """The last of the next few thousand events, no later than ``most``."""
    following = (
        select(audit_events.c.id)
        .where(audit_events.c.id > event)
        .order_by(audit_events.c.id)
        .offset(_EVENTS_A_TURN)
        .limit(1)
    )
    return min(connection.execute(following).scalar() or most, most)


def counted_use_cases(connection: Connection) -> list[str]:
    """Those that something came for, or that have counts."""
    named = (cases.c.use_case, tallies.c.use_case, hourly_predictions.c.use_case)
    return sorted({name for column in named for name in names_in(connection, column)})
