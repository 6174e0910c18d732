"""Keeping a case for the person who looks at it: people side by side are served different ones.

A claim is a lease. It keeps others from being served the case, not from deciding it.
"""

from datetime import datetime, timedelta
from enum import StrEnum

from hitl.blindness import awaits_people
from hitl.cases import Case
from hitl.deadlines import urgent_from
from hitl.policy.use_case import UseCase
from hitl.review.record import record_event, update_card
from hitl.storage.claims import (
    Wanted,
    claim_of,
    drop_claim,
    keep_claim,
    next_to_claim,
    record_skip,
)
from hitl.storage.database import Transaction
from hitl.storage.outbox import FILES_LANE, UPDATES_LANE, Kind, is_busy, put
from hitl.storage.queries import case_to_change
from hitl.storage.queue_cards import has_waiting_parcel
from hitl.storage.slack_copies import lacks_pictures

CLAIM_FOR = timedelta(minutes=5)
"""Most reviews take seconds; whoever was called away leaves the case to the next person."""
SKIP_FOR = timedelta(hours=8)
"""A skipped case is not served to the same person again for the rest of their day."""


class SkipReason(StrEnum):
    """Why somebody would rather not decide a case."""

    UNCLEAR = "unclear"
    NOT_MY_AREA = "not_my_area"
    NEEDS_INFORMATION = "needs_information"
    CONFLICT_OF_INTEREST = "conflict_of_interest"
    OTHER = "other"


def wanted_by(
    reviewer: str, *, use_case: UseCase, now: datetime, waited: timedelta = timedelta()
) -> Wanted:
    """What ``reviewer`` may be served: cases that have waited for at least ``waited``.

    Those whose time is running out come first. Among them and then among all others it is the
    one that the AI was least sure of, or the oldest where the policy says so.
    """
    urgent = urgent_from(use_case)
    return Wanted(
        use_case=use_case.name,
        reviewer=reviewer,
        now=now,
        skipped_since=now - SKIP_FOR,
        submitted_by=now - waited if waited else None,
        urgent_by=None if urgent is None else now - urgent,
        order=use_case.order,
    )


def claim_next(
    tx: Transaction,
    *,
    use_case: UseCase,
    reviewer: str,
    waited: timedelta = timedelta(),
    claim_for: timedelta = CLAIM_FOR,
) -> Case | None:
    """The next case in the order of ``wanted_by``, kept for ``reviewer``; None when all are taken.

    Whoever asks again before deciding is given the same case again. The pictures of the case
    that would follow are made ready, too.
    """
    wanted = wanted_by(reviewer, use_case=use_case, now=tx.now, waited=waited)
    while upcoming := next_to_claim(tx.connection, wanted, most=2):
        # On PostgreSQL another transaction may claim or close it meanwhile: then the next one.
        if case := _claimed(tx, upcoming[0], reviewer=reviewer, claim_for=claim_for):
            to_prepare = upcoming if case.has_pictures else upcoming[1:]
            for case_id in to_prepare:
                prepare_pictures(tx, case_id, use_case=use_case)
            return case
    return None


def claim(tx: Transaction, case_id: int, *, reviewer: str) -> Case | None:
    """The case, kept for ``reviewer`` and served to them before any other; None if it is taken."""
    return _claimed(tx, case_id, reviewer=reviewer, claim_for=CLAIM_FOR)


def release(tx: Transaction, case_id: int, *, reviewer: str) -> None:
    """Give the case back to be served to anyone; a claim of somebody else stays."""
    if drop_claim(tx, case_id, reviewer=reviewer):
        case = case_to_change(tx.connection, case_id)
        record_event(tx, case_id, event="released", actor=reviewer, data={})
        _show_who_looks(tx, case)


def skip(tx: Transaction, case_id: int, *, reviewer: str, reason: SkipReason) -> None:
    """Leave the case to others: it is not served to ``reviewer`` again for ``SKIP_FOR``.

    One that is decided by now is no longer to be skipped, and nothing happens.
    """
    case = case_to_change(tx.connection, case_id)
    if not awaits_people(case):
        return
    drop_claim(tx, case_id, reviewer=reviewer)
    record_skip(tx, case_id, reviewer=reviewer, reason=reason)
    record_event(tx, case_id, event="skipped", actor=reviewer, data={"reason": reason})
    _show_who_looks(tx, case)


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
    if not awaits_people(case):
        return None
    record_event(
        tx, case_id, event="claimed", actor=reviewer, data={"seconds": claim_for.total_seconds()}
    )
    _show_who_looks(tx, case)
    return case


def prepare_pictures(tx: Transaction, case_id: int, *, use_case: UseCase) -> None:
    """Have the case's pictures brought to Slack, so that they are there when it is shown."""
    if not lacks_pictures(tx.connection, case_id):
        return
    stream = f"pictures:{case_id}"
    if not has_waiting_parcel(tx.connection, stream):
        put(
            tx,
            kind=Kind.PICTURES,
            stream=stream,
            lane=FILES_LANE,
            case_id=case_id,
            use_case=use_case.name,
        )


def _show_who_looks(tx: Transaction, case: Case) -> None:
    """Have its card say so, if it has one, and if Slack has no decisions to show before."""
    if case.has_card and not is_busy(tx.connection, UPDATES_LANE):
        update_card(tx, case)
