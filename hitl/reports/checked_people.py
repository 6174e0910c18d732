"""How often people were right where their decision's answer is known by other means."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, case, exists, func, select

from hitl.reports.spans import total
from hitl.statistics.findings.facts import Count
from hitl.storage.predictions import IN_THE_SAMPLE
from hitl.storage.tables import IS_DOUBLE, IS_KNOWN_ANSWER, cases, checks, outcomes, reviews
from hitl.vocabulary import By, CaseState

_MOST_DOUBLE = 20_000
"""Cases that two people saw, the newest: nobody is known better by more."""


def checked_decisions(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> Mapping[str, Count]:
    """By person: right, of known answers, settled blind checks and settled double reviews."""
    found: defaultdict[str, Count] = defaultdict(Count)
    for source in (_known, _audited, _double):
        for person, right, decisions in connection.execute(source(use_case, since, until)):
            before = found[person]
            found[person] = Count(before.hits + right, before.total + decisions)
    return found


def everybody(checked: Mapping[str, Count]) -> Count:
    """All of them together."""
    every = checked.values()
    return Count(sum(each.hits for each in every), sum(each.total for each in every))


def _counted(reviewer: Any, *, is_right: Any) -> Select[Any]:
    right = total(case((is_right, 1), else_=0))
    return select(reviewer, right, func.count()).group_by(reviewer)


def _known(use_case: str, since: datetime, until: datetime) -> Select[Any]:
    answered = _answered(use_case, since, until, truth=checks.c.known_label)
    return answered.where(IS_KNOWN_ANSWER, checks.c.known_label.is_not(None))


def _audited(use_case: str, since: datetime, until: datetime) -> Select[Any]:
    """Those that agreed with the AI, too: adjudicated ones alone are mostly a person's slips."""
    return _answered(use_case, since, until, truth=checks.c.final_label).where(IN_THE_SAMPLE)


def _answered(use_case: str, since: datetime, until: datetime, *, truth: Any) -> Select[Any]:
    return _counted(checks.c.reviewer, is_right=checks.c.label == truth).where(
        checks.c.use_case == use_case,
        checks.c.label.is_not(None),
        checks.c.reviewer.is_not(None),
        checks.c.answered_at >= since,
        checks.c.answered_at < until,
    )


def _double(use_case: str, since: datetime, until: datetime) -> Select[Any]:
    """Votes that two or more gave blind, against what they or their adjudicator settled on."""
    newest = (
        select(cases.c.id)
        .where(
            cases.c.use_case == use_case,
            IS_DOUBLE,
            cases.c.state == CaseState.DECIDED,
            cases.c.decided_at >= since,
            cases.c.decided_at < until,
        )
        .order_by(cases.c.decided_at.desc())
        .limit(_MOST_DOUBLE)
        .subquery()
    )
    votes = (
        select(
            reviews.c.reviewer,
            reviews.c.label,
            outcomes.c.label.label("settled"),
            func.count().over(partition_by=reviews.c.case_id).label("votes"),
        )
        .join_from(newest, reviews, reviews.c.case_id == newest.c.id)
        .join(outcomes, (outcomes.c.case_id == newest.c.id) & outcomes.c.is_current)
        .where(
            reviews.c.undone_at.is_(None),
            ~reviews.c.is_adjudication,
            outcomes.c.by == By.REVIEWER,
            # What is checked counts with the checks.
            ~exists().where(checks.c.case_id == newest.c.id),
        )
        .subquery()
    )
    return _counted(votes.c.reviewer, is_right=votes.c.label == votes.c.settled).where(
        votes.c.votes > 1
    )
