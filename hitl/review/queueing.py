"""Many cases at once: a queue card stands for those that would flood their channel.

A use case has one open queue card in a channel. While it is open, cases come to its reviewers
one by one and not as cards in the channel; it is closed once half of ``queue_after`` wait.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from hitl.policy.use_case import UseCase
from hitl.review.record import post_card
from hitl.storage.database import Transaction
from hitl.storage.outbox import UPDATES_LANE, Kind, Parcel, Sending, posts_lane, put, settle
from hitl.storage.queue_cards import (
    IN_THE_QUEUE,
    Numbers,
    QueueCard,
    begin_queue_card,
    cases_without_card,
    end_queue_card,
    has_open_queue_card,
    has_waiting_parcel,
    hold_queue_open,
    more_wait_than,
    numbers_of,
    queue_card,
    queue_untaken_cards,
    record_queue_card_place,
    record_told,
)
from hitl.storage.slack_copies import Place

TOLD_EVERY = timedelta(seconds=5)
"""A queue card is rewritten at most so often."""


@dataclass(frozen=True, slots=True)
class PostedQueueCard:
    """A queue card, posted."""

    id: int
    place: Place


def goes_into_queue(connection: Connection, *, use_case: UseCase, channel: str) -> bool:
    """Whether a case whose card is to be posted now is left to the queue card instead."""
    if has_open_queue_card(connection, use_case.name, channel=channel):
        return True
    return more_wait_than(connection, use_case.name, use_case.queue_after)


def put_into_queue(tx: Transaction, parcel: Parcel, *, use_case: UseCase, channel: str) -> bool:
    """Settle a card's parcel, and all of its kind behind it; False when its lease had passed on.

    The first one posts the queue card. Where the queue has drained since it was looked at, the
    parcel is put back to be posted after all.
    """
    if not _is_queue_open(tx, use_case=use_case, channel=channel):
        return settle(tx, parcel, state=Sending.WAITING, retry_at=tx.now, counts=False)
    queue_untaken_cards(tx, use_case.name, lane=parcel.lane)
    return settle(tx, parcel, state=Sending.SKIPPED, error=IN_THE_QUEUE)


def tend_queue_card(tx: Transaction, card_id: int, *, use_case: UseCase) -> None:
    """Have an open queue card rewritten if it is out of date, or close it.

    Any number of processes may do so at once. A card is closed too when the use case has moved
    to another channel: its cases follow, each with a card or into the queue there.
    """
    card = queue_card(tx.connection, card_id)
    numbers = numbers_of(tx.connection, use_case.name)
    if numbers.open <= use_case.queue_after // 2 or card.channel != use_case.channel:
        _close(tx, card, use_case=use_case)
    elif numbers != card.told:
        _refresh(tx, card, numbers)


def record_queue_card_posted(tx: Transaction, parcel: Parcel, posted: PostedQueueCard) -> bool:
    """Settle the parcel as sent and keep the card's place; False when its lease had passed on."""
    if not settle(tx, parcel, state=Sending.SENT):
        return False
    record_queue_card_place(tx, posted.id, posted.place)
    return True


def _is_queue_open(tx: Transaction, *, use_case: UseCase, channel: str) -> bool:
    """Whether a queue card is open, now and until this transaction ends; opens one if needed."""
    if hold_queue_open(tx, use_case.name, channel=channel):
        return True
    numbers = numbers_of(tx.connection, use_case.name)
    if numbers.open <= use_case.queue_after:
        return False
    card_id = begin_queue_card(tx, use_case.name, channel=channel, told=numbers)
    if card_id is None:
        return hold_queue_open(tx, use_case.name, channel=channel)
    _show(tx, queue_card(tx.connection, card_id))
    return True


def _close(tx: Transaction, card: QueueCard, *, use_case: UseCase) -> None:
    if not end_queue_card(tx, card.id):
        return
    _show(tx, card)
    for case_id in cases_without_card(tx.connection, use_case.name):
        post_card(tx, case_id, use_case=use_case.name, channel=use_case.channel)


def _refresh(tx: Transaction, card: QueueCard, numbers: Numbers) -> None:
    # Where Slack can't be reached, one row is enough: it will show what holds by then.
    if has_waiting_parcel(tx.connection, _stream(card.use_case)):
        return
    if record_told(tx, card.id, numbers, not_within=TOLD_EVERY):
        _show(tx, card)


def _show(tx: Transaction, card: QueueCard) -> None:
    """The message must show the card as it is when its turn comes."""
    put(
        tx,
        kind=Kind.QUEUE_CARD,
        stream=_stream(card.use_case),
        lane=posts_lane(card.channel) if card.place is None else UPDATES_LANE,
        use_case=card.use_case,
        payload={"queue_card": card.id, "channel": card.channel},
    )


def _stream(use_case: str) -> str:
    return f"queue:{use_case}"
