"""Decisions of people whose answer is known by other means, and whether they were right."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import chain

from sqlalchemy import Connection, func, select

from hitl.storage.predictions import IN_THE_SAMPLE
from hitl.storage.tables import cases, checks, outcomes, reviews
from hitl.vocabulary import By, CaseState, CheckKind


@dataclass(frozen=True, slots=True)
class CheckedDecision:
    """One person's decision on one case."""

    reviewer: str
    right: bool


def checked_decisions(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> list[CheckedDecision]:
    """Known answers, settled blind checks and settled double reviews; each decision once."""
    sources = (_known, _audited, _double)
    return [*chain.from_iterable(each(connection, use_case, since, until) for each in sources)]


def _known(
    connection: Connection, use_case: str, since: datetime, until: datetime
) -> Iterator[CheckedDecision]:
    found = connection.execute(
        select(checks.c.reviewer, checks.c.label, checks.c.known_label).where(
            checks.c.use_case == use_case,
            checks.c.kind == CheckKind.KNOWN,
            checks.c.label.is_not(None),
            checks.c.answered_at >= since,
            checks.c.answered_at < until,
        )
    )
    for row in found:
        if row.reviewer is not None and row.known_label is not None:
            yield CheckedDecision(row.reviewer, right=row.label == row.known_label)


def _audited(
    connection: Connection, use_case: str, since: datetime, until: datetime
) -> Iterator[CheckedDecision]:
    """Those that agreed with the AI, too: adjudicated ones alone are mostly a person's slips."""
    found = connection.execute(
        select(checks.c.reviewer, checks.c.label, checks.c.final_label).where(
            checks.c.use_case == use_case,
            IN_THE_SAMPLE,
            checks.c.label.is_not(None),
            checks.c.answered_at >= since,
            checks.c.answered_at < until,
        )
    )
    for row in found:
        if row.reviewer is not None:
            yield CheckedDecision(row.reviewer, right=row.label == row.final_label)


def _double(
    connection: Connection, use_case: str, since: datetime, until: datetime
) -> Iterator[CheckedDecision]:
    """Votes that two or more gave blind, against what they or their adjudicator settled on."""
    votes = (
        select(
            reviews.c.case_id,
            reviews.c.reviewer,
            reviews.c.label,
            func.count().over(partition_by=reviews.c.case_id).label("votes"),
        )
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(
            cases.c.use_case == use_case,
            cases.c.is_blind,
            cases.c.state == CaseState.DECIDED,
            cases.c.decided_at >= since,
            cases.c.decided_at < until,
            reviews.c.undone_at.is_(None),
            ~reviews.c.is_adjudication,
            cases.c.id.not_in(select(checks.c.case_id).where(checks.c.use_case == use_case)),
        )
        .subquery()
    )
    found = connection.execute(
        select(votes.c.reviewer, votes.c.label, outcomes.c.label.label("settled"))
        .join(outcomes, (outcomes.c.case_id == votes.c.case_id) & outcomes.c.is_current)
        .where(votes.c.votes > 1, outcomes.c.by == By.REVIEWER)
    )
    for row in found:
        yield CheckedDecision(row.reviewer, right=row.label == row.settled)
