"""What each end of a sending leaves in the outbox, in one transaction with its traces."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from bot.delivery.desk import Queued, Sent, Skipped, Unaskable
from bot.delivery.pacing import backoff
from bot.delivery.troubles import Treatment, Trouble
from hitl.learning.runs import ToldServer, record_told
from hitl.review.answer import could_not_ask
from hitl.review.opinions import GivenOpinion, record_opinion
from hitl.review.policy_messages import PostedProposal, record_proposal_posted
from hitl.review.posted import (
    PostedCard,
    PostedQuestion,
    record_posted,
    record_question_posted,
)
from hitl.review.queueing import PostedQueueCard, put_into_queue, record_queue_card_posted
from hitl.storage.database import Transaction
from hitl.storage.outbox import SLACK, Parcel, Sending, settle
from hitl.storage.pacing import hold

PAUSE_FOR = timedelta(seconds=30)
"""A paused workspace is tried again this often."""
_LOOK_AFTER = timedelta(seconds=2)
_LOOK_WITHIN = timedelta(seconds=8)
_GIVE_UP_AFTER = timedelta(days=1)
_FEWEST_TRIES = 5
"""A row that waited a day for a repair still gets its chances."""

_PASSING = frozenset({Treatment.RETRY, Treatment.POSTPONE, Treatment.RECONCILE})
_HELD: Mapping[Treatment, Callable[[Parcel], str]] = {
    Treatment.WAIT: lambda parcel: parcel.lane,
    Treatment.RETRY: lambda parcel: parcel.lane,
    Treatment.PAUSE: lambda _parcel: SLACK,
}
"""What else waits, beside the row itself."""
_UNCOUNTED = frozenset({Treatment.WAIT, Treatment.PAUSE})


_KEPT: Mapping[type, Callable[[Transaction, Parcel, Any], bool]] = {
    PostedCard: record_posted,
    PostedQueueCard: record_queue_card_posted,
    PostedProposal: record_proposal_posted,
    PostedQuestion: record_question_posted,
    GivenOpinion: record_opinion,
    ToldServer: record_told,
}
"""How what a sending came to is kept, together with its parcel's end."""


def settle_result(tx: Transaction, parcel: Parcel, result: Sent | Skipped) -> bool:
    """Store that it is done; False when the lease had passed to someone else."""
    match result:
        case Queued(use_case=use_case, channel=channel):
            return put_into_queue(tx, parcel, use_case=use_case, channel=channel)
        case Unaskable(reason=reason, question=asked, use_case=use_case):
            if settled := settle(tx, parcel, state=Sending.SKIPPED, error=reason):
                could_not_ask(tx, asked, why=reason, use_case=use_case)
            return settled
        case Skipped(reason=reason):
            return settle(tx, parcel, state=Sending.SKIPPED, error=reason)
        case Sent(card=None):
            return settle(tx, parcel, state=Sending.SENT)
    return _KEPT[type(result.card)](tx, parcel, result.card)


def settle_trouble(tx: Transaction, parcel: Parcel, trouble: Trouble, *, chance: float) -> Sending:
    """Put the parcel back until its trouble may be over, or away for good; which of the two."""
    wait = _wait(parcel, trouble, chance=chance)
    if wait is None or _is_hopeless(parcel, trouble, now=tx.now):
        settle(tx, parcel, state=Sending.DEAD, error=str(trouble))
        return Sending.DEAD
    until = tx.now + wait
    if trouble.treatment in _HELD:
        hold(tx, _HELD[trouble.treatment](parcel), until=until)
    settle(
        tx,
        parcel,
        state=Sending.WAITING,
        error=str(trouble),
        retry_at=until,
        counts=trouble.treatment not in _UNCOUNTED,
        in_doubt=trouble.in_doubt,
    )
    return Sending.WAITING


def give_back(tx: Transaction, parcel: Parcel) -> None:
    """Put back what was taken and not tried; an old doubt keeps its age.

    It was due before and is due again at once, also for a taker whose clock was read a moment ago:
    else that one would pass it over for those behind it.
    """
    settle(
        tx,
        parcel,
        state=Sending.WAITING,
        retry_at=parcel.in_doubt_since or parcel.created_at,
        counts=False,
        in_doubt=parcel.in_doubt_since is not None,
    )


def _wait(parcel: Parcel, trouble: Trouble, *, chance: float) -> timedelta | None:
    match trouble.treatment:
        case Treatment.WAIT:
            return trouble.retry_after
        case Treatment.PAUSE:
            return PAUSE_FOR
        case Treatment.RETRY | Treatment.POSTPONE:
            return backoff(parcel.attempts, chance=chance)
        case Treatment.RECONCILE:
            return _LOOK_AFTER + backoff(parcel.attempts, chance=chance, most=_LOOK_WITHIN)
    return None


def _is_hopeless(parcel: Parcel, trouble: Trouble, *, now: datetime) -> bool:
    return (
        trouble.treatment in _PASSING
        and parcel.attempts >= _FEWEST_TRIES
        and now - parcel.created_at > _GIVE_UP_AFTER
    )
