"""What ``/hitl stats`` shows, from the stored rows of one use case and one window."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Integer,
    Row,
    case,
    cast,
    func,
    select,
    type_coerce,
)

from hitl.policy import Costs, UseCase
from hitl.reports.answers import Cost, Queue, Stats, Waiting
from hitl.statistics.answers import Share
from hitl.storage.tables import AWAITS_PEOPLE, case_contents, cases, outcomes, reviews, tallies
from hitl.vocabulary import By, RouteTo, Verdict

_STANDING_ROUTES = (RouteTo.AUTO, RouteTo.PASSIVE)
_PREDICTED = cases.c.routed_by != "person"
_MICROSECONDS = 1_000_000
_SECONDS_AN_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class _Window:
    use_case: str
    since: datetime
    until: datetime

    def holds(self, moment: ColumnElement[Any]) -> ColumnElement[bool]:
        return (moment >= self.since) & (moment < self.until)


def stats(connection: Connection, *, use_case: UseCase, since: datetime, until: datetime) -> Stats:
    """Predictions by when they came, decisions by when they were made, the queue as it is now."""
    window = _Window(use_case.name, since, until)
    seen = _seen(connection, window)
    tallied = _tallied(connection, window)
    # A caller who sends only what people must see hides how much stood by itself.
    predictions = None if seen.by_caller and not tallied else seen.total + tallied
    decided = _decided(connection, window)
    return Stats(
        use_case=use_case.name,
        since=since,
        until=until,
        predictions=predictions,
        stood=seen.total - seen.escalated + tallied,
        escalated=seen.escalated,
        escalation=_share(seen.escalated, predictions),
        verdicts={Verdict(row.verdict): row.number for row in decided},
        flagged=sum(row.flagged for row in decided),
        agreement=_share(
            sum(row.agreeing for row in decided), sum(row.predicted for row in decided)
        ),
        waiting=_waiting(connection, window, count=sum(row.waited for row in decided)),
        queue=queue(connection, use_case=use_case.name),
        cost=_cost(connection, window, costs=use_case.costs, predictions=predictions),
    )


def queue(connection: Connection, *, use_case: str, most: int = 10) -> Queue:
    """Cases that wait for people now, the longest waiting first."""
    waiting = (cases.c.use_case == use_case) & AWAITS_PEOPLE
    row = connection.execute(
        select(func.count().label("open"), func.min(cases.c.submitted_at).label("oldest"))
        .select_from(cases)
        .where(waiting)
    ).one()
    first = connection.execute(
        select(cases.c.id, cases.c.key, case_contents.c.title)
        .outerjoin_from(cases, case_contents, case_contents.c.case_id == cases.c.id)
        .where(waiting)
        .order_by(cases.c.id)
        .limit(most)
    )
    return Queue(
        use_case=use_case,
        open=row.open,
        oldest_at=row.oldest,
        next_cases=tuple((found.id, found.title or found.key) for found in first),
    )


def _seen(connection: Connection, window: _Window) -> Row[int, int, int]:
    standing = cases.c.route_to.in_(_STANDING_ROUTES)
    return connection.execute(
        select(
            func.count().label("total"),
            _count_if(~standing).label("escalated"),
            _count_if(cases.c.routed_by == "caller").label("by_caller"),
        )
        .select_from(cases)
        .where(
            cases.c.use_case == window.use_case,
            window.holds(cases.c.submitted_at),
            _PREDICTED,
        )
    ).one()


def _tallied(connection: Connection, window: _Window) -> int:
    total = connection.execute(
        select(func.sum(tallies.c.count)).where(
            tallies.c.use_case == window.use_case,
            tallies.c.until > window.since,
            tallies.c.until <= window.until,
        )
    ).scalar()
    return int(total or 0)


def _by_people(window: _Window) -> ColumnElement[bool]:
    return (
        (outcomes.c.case_id == cases.c.id)
        & outcomes.c.is_current
        & (outcomes.c.by == By.REVIEWER)
        & (cases.c.use_case == window.use_case)
        & window.holds(cases.c.decided_at)
    )


def _decided(connection: Connection, window: _Window) -> list[Row[Any]]:
    rows = connection.execute(
        select(
            outcomes.c.verdict,
            func.count().label("number"),
            _count_if(outcomes.c.flagged).label("flagged"),
            _count_if(~outcomes.c.overrules).label("waited"),
            _count_if(_PREDICTED).label("predicted"),
            _count_if(_PREDICTED & (outcomes.c.label == cases.c.label)).label("agreeing"),
        )
        .where(_by_people(window))
        .group_by(outcomes.c.verdict)
    )
    return list(rows.all())


def _waiting(connection: Connection, window: _Window, *, count: int) -> Waiting | None:
    if not count:
        return None
    took = type_coerce(cases.c.decided_at, BigInteger) - type_coerce(
        cases.c.submitted_at, BigInteger
    )
    # What was overruled had been decided before: nobody was waiting for that.
    waited = _by_people(window) & ~outcomes.c.overrules
    ordered = select(took.label("took")).where(waited).order_by(took).limit(1)

    def at(rank: int) -> float:
        microseconds: int = connection.execute(ordered.offset(rank)).scalar_one()
        return microseconds / _MICROSECONDS

    return Waiting(median=at((count - 1) // 2), p90=at(-(-count * 9 // 10) - 1), count=count)


def _cost(
    connection: Connection, window: _Window, *, costs: Costs | None, predictions: int | None
) -> Cost | None:
    if costs is None:
        return None
    ai = None if costs.ai is None or predictions is None else costs.ai * predictions
    review = _review_cost(connection, window, costs=costs)
    known = ai is not None and review is not None and predictions
    return Cost(
        currency=costs.currency,
        by_the_hour=costs.reviewer_hour is not None,
        ai=ai,
        review=review,
        per_decision=((ai or 0) + (review or 0)) / predictions if known and predictions else None,
    )


def _review_cost(connection: Connection, window: _Window, *, costs: Costs) -> float | None:
    row = connection.execute(
        select(
            func.count().label("number"),
            func.count(reviews.c.seconds).label("timed"),
            func.sum(reviews.c.seconds).label("seconds"),
        )
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(cases.c.use_case == window.use_case, window.holds(reviews.c.at))
    ).one()
    if costs.review is not None:
        return costs.review * int(row.number)
    if costs.reviewer_hour is None or (row.number and not row.timed):
        return None  # paid by the hour, but no review was timed
    # A press on a channel's card tells no beginning; it is taken to last as long as the timed ones.
    seconds = float(row.seconds or 0) * int(row.number) / max(int(row.timed), 1)
    return costs.reviewer_hour * seconds / _SECONDS_AN_HOUR


def _share(hits: int, total: int | None) -> Share | None:
    return Share.of(hits, total) if total else None


def _count_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return func.coalesce(func.sum(cast(case((condition, 1), else_=0), Integer)), 0)
