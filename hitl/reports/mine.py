"""What concerns one person: what they did lately, what waits for them, what they may settle."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from sqlalchemy import Connection, exists, select

from hitl.notifications import Told
from hitl.storage.claims import Wanted, count_for
from hitl.storage.notifications import wanted_by_person
from hitl.storage.tables import case_contents, cases, checks, reviews
from hitl.vocabulary import CaseState, CheckState

MOST_COUNTED = 100
_MOST_DISPUTES = 10


@dataclass(frozen=True, slots=True)
class Dispute:
    """A case on which reviewers disagree, or on which a blind check contradicts the AI."""

    case_id: int
    use_case: str
    title: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class Mine:
    """One person's work."""

    done: int
    median_seconds: float | None
    """From first sight to decision; None where nothing was timed."""
    waiting: Mapping[str, int]
    """By use case that they review: cases they could be served now, of more than ``MOST_COUNTED``
    one more."""
    disputes: Sequence[Dispute]
    """The longest waiting that they may settle."""
    told: frozenset[Told]


def my_work(
    connection: Connection,
    person: str,
    *,
    since: datetime,
    wanted: Collection[Wanted],
    adjudicates: Collection[str],
) -> Mine:
    """Done ``since``; ``wanted`` is what they may be served, one for each use case."""
    seconds = connection.execute(
        select(reviews.c.seconds).where(
            reviews.c.reviewer == person, reviews.c.at >= since, reviews.c.undone_at.is_(None)
        )
    ).scalars()
    looked = list(seconds)
    timed = [each for each in looked if each is not None]
    return Mine(
        done=len(looked),
        median_seconds=median(timed) if timed else None,
        waiting={
            each.use_case: count_for(connection, each, most=MOST_COUNTED + 1) for each in wanted
        },
        disputes=_disputes(connection, person, adjudicates),
        told=wanted_by_person(connection, person),
    )


def _disputes(connection: Connection, person: str, use_cases: Collection[str]) -> Sequence[Dispute]:
    voted = exists().where(
        reviews.c.case_id == cases.c.id,
        reviews.c.reviewer == person,
        reviews.c.undone_at.is_(None),
    )
    names = sorted(use_cases)
    disputed = select(cases.c.id).where(
        cases.c.use_case.in_(names), cases.c.state == CaseState.DISPUTED
    )
    contradicted = select(checks.c.case_id).where(
        checks.c.use_case.in_(names), checks.c.state == CheckState.DISPUTED
    )
    rows = connection.execute(
        select(
            cases.c.id, cases.c.use_case, cases.c.key, cases.c.submitted_at,
            case_contents.c.title, case_contents.c.text,
        )
        .outerjoin_from(cases, case_contents, case_contents.c.case_id == cases.c.id)
        # Found one by one: for either of two conditions, all cases would be read.
        .where(cases.c.id.in_(disputed.union(contradicted)), ~voted)
        .order_by(cases.c.submitted_at, cases.c.id)
        .limit(_MOST_DISPUTES)
    )  # fmt: skip
    return [
        Dispute(row.id, row.use_case, row.title or row.text or row.key, row.submitted_at)
        for row in rows
    ]
