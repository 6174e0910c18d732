"""Keeping a case for the person who looks at it: people side by side are served different ones.

A claim is a lease. It keeps others from being served the case, not from deciding it.
"""

from datetime import timedelta
from functools import partial

from hitl.cases import Case
from hitl.lifecycle import WAITING
from hitl.policy.use_case import UseCase
from hitl.review.record import record_event
from hitl.storage.claims import claim_of, drop_claim, keep_claim, next_to_claim
from hitl.storage.database import Transaction
from hitl.storage.queries import case_to_change

CLAIM_FOR = timedelta(minutes=5)
"""Most reviews take seconds; whoever was called away leaves the case to the next person."""


def claim_next(
    tx: Transaction, *, use_case: UseCase, reviewer: str, claim_for: timedelta = CLAIM_FOR
) -> Case | None:
    """The case that waits longest, kept for ``reviewer``; None when all are kept for others.

    Whoever asks again before deciding is given the same case again.
    """
    find = partial(next_to_claim, tx.connection, use_case.name, reviewer=reviewer, now=tx.now)
    while (case_id := find()) is not None:
        # On PostgreSQL another transaction may claim or close it meanwhile: then the next one.
        if case := _claimed(tx, case_id, reviewer=reviewer, claim_for=claim_for):
            return case
    return None


def release(tx: Transaction, case_id: int, *, reviewer: str) -> None:
    """Give the case back to be served to anyone; a claim of somebody else stays."""
    if drop_claim(tx, case_id, reviewer=reviewer):
        case_to_change(tx.connection, case_id)
        record_event(tx, case_id, event="released", actor=reviewer, data={})


def seconds_looked(tx: Transaction, case_id: int, *, reviewer: str) -> float | None:
    """From their claim until now; None for those who decide a case that they did not claim."""
    claim = claim_of(tx.connection, case_id)
    if claim is None or claim.reviewer != reviewer:
        return None
    return (tx.now - claim.claimed_at).total_seconds()


def _claimed(tx: Transaction, case_id: int, *, reviewer: str, claim_for: timedelta) -> Case | None:
    until = tx.now + claim_for
    if not keep_claim(tx, case_id, reviewer=reviewer, until=until):
        return None
    case = case_to_change(tx.connection, case_id)
    if case.state not in WAITING:
        return None
    record_event(
        tx, case_id, event="claimed", actor=reviewer, data={"seconds": claim_for.total_seconds()}
    )
    return case
