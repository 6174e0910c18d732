"""A case has reached its people: where its card stands, and how it got there."""

from dataclasses import dataclass
from enum import StrEnum

from hitl.storage.chain import Happening, append
from hitl.storage.database import Transaction
from hitl.storage.outbox import Parcel, Sending, settle
from hitl.storage.questions import record_question_place
from hitl.storage.slack_copies import Place, record_card_place

DELIVERY = "delivery"
"""The actor of what was done by whoever sends."""


class How(StrEnum):
    """How we know that a message stands where it stands."""

    SENT = "sent"
    FOUND = "found"
    """An earlier try had posted it and never said so."""
    SENT_AGAIN = "sent_again"
    """An earlier try had an unknown end, and no message of it was to be found."""


@dataclass(frozen=True, slots=True)
class PostedCard:
    """The card of a case, posted."""

    case_id: int
    place: Place
    how: How


@dataclass(frozen=True, slots=True)
class PostedQuestion:
    """The message that asks a question, posted."""

    question_id: int
    place: Place


def record_question_posted(tx: Transaction, parcel: Parcel, posted: PostedQuestion) -> bool:
    """Settle the parcel and keep the message's place; False when its lease had passed on."""
    if not settle(tx, parcel, state=Sending.SENT):
        return False
    record_question_place(tx, posted.question_id, posted.place)
    return True


def record_posted(tx: Transaction, parcel: Parcel, card: PostedCard) -> bool:
    """Settle the parcel as sent and keep the card's place; False when its lease had passed on."""
    if not settle(tx, parcel, state=Sending.SENT):
        return False
    record_card_place(tx, card.case_id, card.place)
    data = {
        "channel": card.place.channel,
        "ts": card.place.ts,
        "how": card.how,
        "attempts": parcel.attempts,
    }
    # Nobody is waked: who waits for a case waits for what people say of it.
    append(tx, card.case_id, Happening("posted", DELIVERY, data))
    return True
