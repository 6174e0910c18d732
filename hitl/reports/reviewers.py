"""How each person reviews in one use case: checked accuracy, speed, overturns and load."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Connection, func, select

from hitl.policy import UseCase
from hitl.reports.checked_people import checked_decisions
from hitl.statistics.answers import NotYet
from hitl.statistics.fatigue import OwnDecision, Signs, signs_of_fatigue
from hitl.statistics.findings.facts import Count
from hitl.statistics.minimums import OWN_DECISIONS
from hitl.statistics.reviewers import Accuracy, person_accuracy, team_accuracy
from hitl.statistics.speed import Speed, speed
from hitl.statistics.weeks import day_of
from hitl.storage.predictions import IS_PREDICTION
from hitl.storage.tables import cases, outcomes, reviews

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


@dataclass(frozen=True, slots=True)
class _Vote:
    reviewer: str
    at: datetime
    seconds: float | None


def team(connection: Connection, *, use_case: UseCase, now: datetime) -> Team:
    """Of the last four weeks, and 90 days of checks."""
    checked: defaultdict[str, list[bool]] = defaultdict(list)
    for each in checked_decisions(
        connection, use_case=use_case.name, since=now - CHECKED_OVER, until=now
    ):
        checked[each.reviewer].append(each.right)
    votes: defaultdict[str, list[_Vote]] = defaultdict(list)
    for vote in _votes(connection, use_case=use_case.name, since=now - WINDOW, until=now):
        votes[vote.reviewer].append(vote)
    upheld = _overturns(connection, use_case=use_case.name, since=now - CHECKED_OVER, until=now)
    zone = use_case.digest.zone if use_case.digest else "UTC"
    every = [right for each in checked.values() for right in each]
    return Team(
        use_case=use_case.name,
        accuracy=team_accuracy(sum(every), len(every)),
        speed=_speed([vote for each in votes.values() for vote in each]),
        reviewers=tuple(
            _reviewer(name, checked[name], votes[name], upheld.get(name, Count()), zone=zone)
            for name in sorted({*checked, *votes})
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
    name: str, right: Sequence[bool], votes: Sequence[_Vote], upheld: Count, *, zone: str
) -> Reviewer:
    days = Counter(day_of(vote.at, zone=zone) for vote in votes)
    return Reviewer(
        id=name,
        accuracy=person_accuracy(sum(right), len(right)),
        speed=_speed(votes),
        upheld=upheld,
        decisions=len(votes),
        days=len(days),
        a_day=float(median(days.values())) if days else 0.0,
    )


def _nobody(name: str) -> Reviewer:
    return _reviewer(name, (), (), Count(), zone="UTC")


def _speed(votes: Sequence[_Vote]) -> Speed:
    return speed(vote.seconds for vote in votes if vote.seconds is not None)


def _votes(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> list[_Vote]:
    found = connection.execute(
        select(reviews.c.reviewer, reviews.c.at, reviews.c.seconds)
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(
            cases.c.use_case == use_case,
            reviews.c.at >= since,
            reviews.c.at < until,
            reviews.c.undone_at.is_(None),
            ~reviews.c.is_adjudication,
        )
    )
    return [_Vote(row.reviewer, row.at, row.seconds) for row in found]


def _overturns(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> dict[str, Count]:
    """By person: votes against the AI's label in cases that somebody adjudicated afterwards."""
    ruling = reviews.alias("ruling")
    settled = outcomes.c.label
    found = connection.execute(
        select(reviews.c.reviewer, reviews.c.label, settled.label("settled"))
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .join(outcomes, (outcomes.c.case_id == cases.c.id) & outcomes.c.is_current)
        .where(
            cases.c.use_case == use_case,
            reviews.c.at >= since,
            reviews.c.at < until,
            reviews.c.undone_at.is_(None),
            ~reviews.c.is_adjudication,
            reviews.c.label != cases.c.label,
            IS_PREDICTION,
            select(ruling.c.id)
            .where(
                ruling.c.case_id == cases.c.id,
                ruling.c.is_adjudication,
                ruling.c.undone_at.is_(None),
            )
            .exists(),
        )
    )
    counts: dict[str, Count] = {}
    for row in found:
        before = counts.get(row.reviewer, Count())
        counts[row.reviewer] = Count(before.hits + (row.label == row.settled), before.total + 1)
    return counts
