"""Who decided in a window, and for how long what waits has been waiting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hitl.storage.tables import AWAITS_PEOPLE, cases, outcomes, reviews
from hitl.vocabulary import By

_MOST_REVIEWERS = 200
AGES = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
    timedelta(days=7),
)
"""The upper ends of what waiting cases are sorted into; the last group has none."""


@dataclass(frozen=True, slots=True)
class Done:
    """What one person did in a window; votes taken back count for nothing."""

    reviewer: str
    votes: int
    seconds: tuple[float, ...]
    """From first sight to vote, of those that were timed."""


def decided_by(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> Mapping[By, int]:
    """How many outcomes that stand came from whom over ``since <= t < until``; none of the AI."""
    rows = connection.execute(
        select(outcomes.c.by, func.count().label("number"))
        .join_from(cases, outcomes, outcomes.c.case_id == cases.c.id)
        .where(
            cases.c.use_case == use_case,
            cases.c.decided_at >= since,
            cases.c.decided_at < until,
            outcomes.c.is_current,
            outcomes.c.by != By.AI,
        )
        .group_by(outcomes.c.by)
    )
    return {By(row.by): row.number for row in rows}


def queue_ages(connection: Connection, *, use_case: str, now: datetime) -> Sequence[int]:
    """How many waiting cases fall into each of ``AGES``, and how many are older than all."""
    submitted = cases.c.submitted_at
    younger = [
        func.count().filter(submitted > now - age).label(f"a{n}") for n, age in enumerate(AGES)
    ]
    row = connection.execute(
        select(*younger, func.count().label("all"))
        .select_from(cases)
        .where(cases.c.use_case == use_case, AWAITS_PEOPLE)
    ).one()
    return [row[0], *(row[place] - row[place - 1] for place in range(1, len(row)))]


def done_by_each(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> list[Done]:
    """What each reviewer did, by name: nobody is ranked by how much."""
    rows = connection.execute(
        select(reviews.c.reviewer, reviews.c.seconds)
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(
            cases.c.use_case == use_case,
            reviews.c.at >= since,
            reviews.c.at < until,
            reviews.c.undone_at.is_(None),
        )
        .order_by(reviews.c.reviewer)
    )
    votes: dict[str, list[float | None]] = {}
    for row in rows:
        votes.setdefault(row.reviewer, []).append(row.seconds)
    return [
        Done(reviewer, len(found), tuple(each for each in found if each is not None))
        for reviewer, found in list(votes.items())[:_MOST_REVIEWERS]
    ]
