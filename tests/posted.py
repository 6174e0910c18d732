"""A card that stands in Slack, for tests that don't post it."""

from sqlalchemy import update

from hitl.storage.database import Transaction
from hitl.storage.outbox import Kind, Sending
from hitl.storage.slack_copies import Place, record_card_place
from hitl.storage.tables import outbox


def record_posted_card(tx: Transaction, case_id: int, *, place: Place | None = None) -> None:
    """As if the case's card had been posted, there or anywhere."""
    posts = (outbox.c.case_id == case_id) & (outbox.c.kind == Kind.CARD_POST)
    tx.connection.execute(update(outbox).where(posts).values(state=Sending.SENT))
    record_card_place(tx, case_id, place or Place(channel="C0001LOCAL", ts=f"{case_id}.000100"))
