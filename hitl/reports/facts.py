"""What is counted by the hour: each fact's table, and the same rows from the cases themselves.

Everything dated in a case has the moment of one of its audit events, so those tell which hours a
change can have touched.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    ColumnElement,
    FromClause,
    Select,
    SelectBase,
    Table,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    select,
    type_coerce,
    union_all,
)

from hitl.reports.spans import Spans, before, hour_of
from hitl.storage.predictions import IN_THE_SAMPLE, IS_PREDICTION, IS_REAL, STOOD
from hitl.storage.questions import QuestionKind
from hitl.storage.tables import (
    STANDS_BY_OTHERS,
    cases,
    checks,
    daily_checks,
    daily_decisions,
    daily_predictions,
    daily_reviews,
    daily_turns,
    daily_waits,
    hourly_checks,
    hourly_decisions,
    hourly_pairs,
    hourly_predictions,
    hourly_requests,
    hourly_reviews,
    hourly_turns,
    hourly_waits,
    opinions,
    outcomes,
    questions,
    reviews,
    tallies,
)
from hitl.vocabulary import By, CaseState, CheckKind, RouteTo

TALLY = "tally"
"""``routed_by`` of what callers only counted."""
UNTIMED = -1
"""``milliseconds`` of a review that nobody could time."""
UNKNOWN = -1
"""``right_votes`` of a pair that says nothing about them."""
MARGINS = (0.02, 0.05, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8)
"""Where one band of margins ends and the next one begins."""
_MILLISECOND = 1_000
_FINEST = 64
"""Milliseconds below which a bucket holds one; above, buckets are 1/64 to 1/32 wide."""
_COARSEST_POWER = 30
"""Buckets grow no more beyond 64 times 2^30 milliseconds, two years."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A table of ``hourly_…``, and how its rows follow from the cases."""

    table: Table
    measures: tuple[str, ...]
    raw: Callable[[Spans], SelectBase]
    """Key and measures of whatever happened within the spans, and the ``place`` of each's span."""
    days: Table | None = None
    """The same by the day, where a year of hours would be many rows; it may count by less."""

    @property
    def key(self) -> tuple[str, ...]:
        """The columns it counts by."""
        return key_of(self.table)


def key_of(table: Table) -> tuple[str, ...]:
    """The columns that a rollup counts by."""
    return tuple(column.name for column in table.primary_key)


# As an expression, or SQLite would begin with every case of the use case.
_OF_ITS_CASE = cases.c.use_case.concat("")


def _within(moment: ColumnElement[Any], spans: Spans, *, whose: ColumnElement[str]) -> Any:
    return and_(whose == spans.use_case, moment >= spans.c.since, moment < spans.c.until)


def _head(
    spans: Spans, moment: ColumnElement[Any], *, model: ColumnElement[Any], policy_version: Any
) -> list[ColumnElement[Any]]:
    return [
        spans.c.place,
        spans.use_case.label("use_case"),
        hour_of(moment).label("hour"),
        func.coalesce(model, "").label("model"),
        policy_version.label("policy_version"),
    ]


def _of_case(spans: Spans, moment: ColumnElement[Any]) -> list[ColumnElement[Any]]:
    return _head(spans, moment, model=cases.c.model, policy_version=cases.c.policy_version)


def _predictions(spans: Spans) -> SelectBase:
    seen = select(
        *_of_case(spans, cases.c.submitted_at),
        cases.c.label,
        cases.c.route_to,
        cases.c.routed_by,
        cases.c.people_since.is_not(None).label("reached_people"),
        literal(1).label("predictions"),
    ).where(_within(cases.c.submitted_at, spans, whose=cases.c.use_case))
    end = before(tallies.c.until)
    told = select(
        *_head(spans, end, model=tallies.c.model, policy_version=literal("")),
        tallies.c.label,
        literal(RouteTo.AUTO.value).label("route_to"),
        literal(TALLY).label("routed_by"),
        false().label("reached_people"),
        tallies.c.count.label("predictions"),
    ).where(
        tallies.c.use_case == spans.use_case,
        tallies.c.until > spans.c.since,
        tallies.c.until <= spans.c.until,
    )
    return union_all(seen, told)


def _current(spans: Spans) -> Any:
    return and_(
        outcomes.c.case_id == cases.c.id,
        STANDS_BY_OTHERS,
        # Which is the case's, too, while its outcome stands.
        _within(outcomes.c.decided_at, spans, whose=_OF_ITS_CASE),
    )


def _decisions(spans: Spans) -> Select[Any]:
    return select(
        *_of_case(spans, outcomes.c.decided_at),
        cases.c.label,
        cases.c.routed_by,
        outcomes.c.by,
        outcomes.c.verdict,
        (outcomes.c.label == cases.c.label).label("agrees"),
        outcomes.c.overrules,
        literal(1).label("decisions"),
        case((outcomes.c.flagged, 1), else_=0).label("flagged"),
    ).where(_current(spans))


def waited() -> ColumnElement[int]:
    """Microseconds from submission to decision."""
    return type_coerce(cases.c.decided_at, BigInteger) - type_coerce(
        cases.c.submitted_at, BigInteger
    )


# What was overruled had been decided before: nobody was waiting for that.
WAITED_FOR = and_(outcomes.c.by == By.REVIEWER, ~outcomes.c.overrules, IS_REAL)


def _waits(spans: Spans) -> Select[Any]:
    return select(
        *_of_case(spans, outcomes.c.decided_at),
        _bucket(waited() // _MILLISECOND).label("milliseconds"),
        literal(1).label("waits"),
    ).where(_current(spans), WAITED_FOR)


def _reviews(spans: Spans) -> Select[Any]:
    looked = cast(func.round(reviews.c.seconds * 1_000), BigInteger)
    return (
        select(
            *_of_case(spans, reviews.c.at),
            reviews.c.reviewer,
            reviews.c.undone_at.is_(None).label("stands"),
            reviews.c.is_adjudication.label("adjudicates"),
            case((reviews.c.seconds.is_(None), UNTIMED), else_=_bucket(looked)).label(
                "milliseconds"
            ),
            literal(1).label("reviews"),
            func.coalesce(reviews.c.seconds, 0.0).label("seconds"),
        )
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(_within(reviews.c.at, spans, whose=_OF_ITS_CASE))
    )


def _requests(spans: Spans) -> SelectBase:
    def begun(asked: Table, route_to: RouteTo, number: ColumnElement[int]) -> Select[Any]:
        return (
            select(
                *_of_case(spans, asked.c.asked_at),
                literal(route_to.value).label("route_to"),
                number.label("requests"),
            )
            .join_from(asked, cases, cases.c.id == asked.c.case_id)
            .where(_within(asked.c.asked_at, spans, whose=_OF_ITS_CASE))
        )

    models = begun(opinions, RouteTo.SECOND_MODEL, opinions.c.calls)
    users = begun(questions, RouteTo.ASK_USER, literal(1))
    return union_all(
        models.where(opinions.c.calls > 0), users.where(questions.c.kind == QuestionKind.CHOICE)
    )


def _pairs(spans: Spans) -> Select[Any]:
    second, first, earlier = reviews, reviews.alias("first"), reviews.alias("earlier")
    # As an expression, or SQLite would begin with all votes that are none, for very many spans.
    stands = [
        and_(each.c.undone_at.is_(None), ~func.coalesce(each.c.is_adjudication, false()))
        for each in (second, first, earlier)
    ]
    before_second = (
        select(func.count())
        .where(earlier.c.case_id == second.c.case_id, earlier.c.id < second.c.id, stands[2])
        .scalar_subquery()
    )
    return (
        select(
            *_of_case(spans, second.c.at),
            first.c.label.label("first"),
            second.c.label.label("second"),
            _right_votes(first, second).label("right_votes"),
            literal(1).label("pairs"),
        )
        .join_from(second, cases, cases.c.id == second.c.case_id)
        .join(first, and_(first.c.case_id == second.c.case_id, first.c.id < second.c.id, stands[1]))
        .outerjoin(outcomes, and_(outcomes.c.case_id == cases.c.id, outcomes.c.is_current))
        .outerjoin(checks, and_(checks.c.case_id == cases.c.id, checks.c.kind == CheckKind.AUDIT))
        .where(
            _within(second.c.at, spans, whose=_OF_ITS_CASE),
            stands[0],
            before_second == 1,
        )
    )


def _right_votes(first: FromClause, second: FromClause) -> ColumnElement[int]:
    stands = [case((each.c.label == outcomes.c.label, 1), else_=0) for each in (first, second)]
    return case(
        (checks.c.id.is_not(None), UNKNOWN),
        (first.c.label == second.c.label, 2),
        (outcomes.c.by == By.REVIEWER, stands[0] + stands[1]),
        else_=UNKNOWN,
    )


def _checks(spans: Spans) -> Select[Any]:
    return (
        select(
            *_of_case(spans, checks.c.settled_at),
            cases.c.label,
            STOOD.label("stood"),
            (checks.c.label != cases.c.label).label("contradicted"),
            (checks.c.label == checks.c.final_label).label("answer_right"),
            (cases.c.label == checks.c.final_label).label("ai_right"),
            literal(1).label("checks"),
        )
        .join_from(checks, cases, cases.c.id == checks.c.case_id)
        .where(_within(checks.c.settled_at, spans, whose=checks.c.use_case), IN_THE_SAMPLE)
    )


def _turns(spans: Spans) -> Select[Any]:
    served = outcomes.c.by == By.REVIEWER
    waits = (cases.c.state == CaseState.OPEN) & outcomes.c.id.is_(None)
    band = case(
        *((cases.c.margin < edge, number) for number, edge in enumerate(MARGINS)),
        else_=len(MARGINS),
    )
    return (
        select(
            *_of_case(spans, cases.c.submitted_at),
            band.label("band"),
            case((served, 1), else_=0).cast(Boolean).label("served"),
            case((served & (outcomes.c.label != cases.c.label), 1), else_=0)
            .cast(Boolean)
            .label("overturned"),
            literal(1).label("cases"),
        )
        .outerjoin_from(cases, outcomes, (outcomes.c.case_id == cases.c.id) & outcomes.c.is_current)
        .where(
            _within(cases.c.submitted_at, spans, whose=cases.c.use_case),
            cases.c.people_since.is_not(None),
            cases.c.confidence.is_not(None),
            ~cases.c.is_blind,  # their place in the order is drawn
            IS_PREDICTION,
            served | waits | (outcomes.c.by == By.DEADLINE),
        )
    )


def _bucket(milliseconds: ColumnElement[Any]) -> ColumnElement[int]:
    """The lower end of its bucket, as in G. Tene's HdrHistogram: six significant bits."""
    steps = [
        (milliseconds < _whole(_FINEST << power), _whole(1 << power))
        for power in range(_COARSEST_POWER)
    ]
    return milliseconds - milliseconds % case(*steps, else_=_whole(1 << _COARSEST_POWER))


def _whole(number: int) -> ColumnElement[int]:
    return literal(number, BigInteger)


PREDICTIONS = Fact(hourly_predictions, ("predictions",), _predictions, days=daily_predictions)
DECISIONS = Fact(hourly_decisions, ("decisions", "flagged"), _decisions, days=daily_decisions)
WAITS = Fact(hourly_waits, ("waits",), _waits, days=daily_waits)
REVIEWS = Fact(hourly_reviews, ("reviews", "seconds"), _reviews, days=daily_reviews)
REQUESTS = Fact(hourly_requests, ("requests",), _requests)
PAIRS = Fact(hourly_pairs, ("pairs",), _pairs)
CHECKS = Fact(hourly_checks, ("checks",), _checks, days=daily_checks)
TURNS = Fact(hourly_turns, ("cases",), _turns, days=daily_turns)
FACTS = (PREDICTIONS, DECISIONS, WAITS, REVIEWS, REQUESTS, PAIRS, CHECKS, TURNS)
