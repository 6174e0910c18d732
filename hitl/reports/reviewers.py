"""How each person reviews in one use case: checked accuracy, speed, overturns and load."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import chain
from statistics import median

from sqlalchemy import Connection, case, func, select

from hitl.policy import UseCase
from hitl.reports.checked_people import checked_decisions, everybody
from hitl.reports.ledger import Ledger
from hitl.reports.loads import OWN, loads_in
from hitl.reports.report import zone_of
from hitl.reports.spans import total
from hitl.reports.times import seconds_by_person
from hitl.statistics.answers import NotYet
from hitl.statistics.fatigue import OwnDecision, Signs, signs_of_fatigue
from hitl.statistics.findings.facts import Count
from hitl.statistics.minimums import OWN_DECISIONS
from hitl.statistics.reviewers import Accuracy, person_accuracy, team_accuracy
from hitl.statistics.speed import Speed, speed
from hitl.statistics.weeks import day_of
from hitl.storage.predictions import IS_PREDICTION
from hitl.storage.tables import IS_ADJUDICATION, cases, outcomes, reviews

CHECKED_OVER = timedelta(days=90)
"""Accuracy takes many checks; speed and load are of the last four weeks."""
WINDOW = timedelta(days=28)
_FATIGUE_OVER = timedelta(days=40)
_A_DAY, _JUST_NOW = timedelta(days=1), timedelta(minutes=15)


@dataclass(frozen=True, slots=True)
class Reviewer:
    """One person in one use case."""

    id: str
    accuracy: Accuracy | NotYet
    speed: Speed
    upheld: Count
    """Overturns of the AI that turned out right, of those that were adjudicated."""
    decisions: int
    days: int
    """On which they decided anything."""
    a_day: float
    """The median of such a day; 0 for nobody's."""


@dataclass(frozen=True, slots=True)
class Team:
    """Everybody who decided in a use case, by id: there is no order of merit."""

    use_case: str
    accuracy: Accuracy | NotYet
    speed: Speed
    reviewers: tuple[Reviewer, ...]

    def of(self, person: str) -> Reviewer:
        """That person, who may have decided nothing."""
        found = (each for each in self.reviewers if each.id == person)
        return next(found, _nobody(person))


def team(connection: Connection, *, use_case: UseCase, now: datetime) -> Team:
    """Of the last four weeks, and 90 days of checks."""
    checked = checked_decisions(
        connection, use_case=use_case.name, since=now - CHECKED_OVER, until=now
    )
    ledger, window = Ledger.open(connection, use_case.name), (now - WINDOW, now)
    loads = loads_in(ledger, window, zone=zone_of(use_case), where=OWN)
    seconds = seconds_by_person(ledger, window)
    upheld = _overturns(connection, use_case=use_case.name, since=now - CHECKED_OVER, until=now)
    every = everybody(checked)
    return Team(
        use_case=use_case.name,
        accuracy=team_accuracy(every.hits, every.total),
        speed=speed(chain.from_iterable(seconds.values())),
        reviewers=tuple(
            _reviewer(
                name,
                checked.get(name, Count()),
                upheld.get(name, Count()),
                seconds=seconds.get(name, ()),
                by_day=loads.get(name, Counter()),
            )
            for name in sorted({*checked, *loads})
        ),
    )


@dataclass(frozen=True, slots=True)
class AtWork:
    """Somebody who decides cases just now."""

    person: str
    use_case: str
    """Of their last decision."""


def at_work(connection: Connection, *, now: datetime) -> list[AtWork]:
    """Those who have decided enough within a day for their own pace to be looked at."""
    lately = (
        select(reviews.c.reviewer, func.max(reviews.c.id).label("last"))
        .where(reviews.c.at >= now - _A_DAY, reviews.c.at < now, reviews.c.undone_at.is_(None))
        .group_by(reviews.c.reviewer)
        .having(func.count() >= OWN_DECISIONS, func.max(reviews.c.at) >= now - _JUST_NOW)
        .subquery()
    )
    found = connection.execute(
        select(lately.c.reviewer, cases.c.use_case)
        .join(reviews, reviews.c.id == lately.c.last)
        .join(cases, cases.c.id == reviews.c.case_id)
        .order_by(lately.c.reviewer)
    )
    return [AtWork(row.reviewer, row.use_case) for row in found]


def own_signs(
    connection: Connection, person: str, *, zone: str, now: datetime
) -> Signs | NotYet | None:
    """Of the day of their last decision, in any use case; None if they have not decided lately."""
    found = connection.execute(
        select(reviews.c.at, reviews.c.seconds)
        .where(
            reviews.c.reviewer == person,
            reviews.c.at >= now - _FATIGUE_OVER,
            reviews.c.at < now,
            reviews.c.undone_at.is_(None),
        )
        .order_by(reviews.c.at)
    ).all()
    if not found:
        return None
    own = [OwnDecision(row.at, row.seconds) for row in found]
    return signs_of_fatigue(own, day=day_of(own[-1].at, zone=zone), zone=zone)


def _reviewer(
    name: str, checked: Count, upheld: Count, *, seconds: Sequence[float], by_day: Counter[date]
) -> Reviewer:
    return Reviewer(
        id=name,
        accuracy=person_accuracy(checked.hits, checked.total),
        speed=speed(seconds),
        upheld=upheld,
        decisions=by_day.total(),
        days=len(by_day),
        a_day=float(median(by_day.values())) if by_day else 0.0,
    )


def _nobody(name: str) -> Reviewer:
    return _reviewer(name, Count(), Count(), seconds=(), by_day=Counter())


def _overturns(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> dict[str, Count]:
    """By person: votes against the AI's label in cases that somebody adjudicated afterwards."""
    settled = case((reviews.c.label == outcomes.c.label, 1), else_=0)
    adjudicated = select(reviews.c.case_id).where(IS_ADJUDICATION, reviews.c.at >= since)
    found = connection.execute(
        select(reviews.c.reviewer, total(settled), func.count())
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .join(outcomes, (outcomes.c.case_id == cases.c.id) & outcomes.c.is_current)
        .where(
            cases.c.use_case.concat("") == use_case,
            reviews.c.case_id.in_(adjudicated),
            reviews.c.at >= since,
            reviews.c.at < until,
            reviews.c.undone_at.is_(None),
            ~reviews.c.is_adjudication,
            reviews.c.label != cases.c.label,
            IS_PREDICTION,
        )
        .group_by(reviews.c.reviewer)
    )
    return {name: Count(right, count) for name, right, count in found}
