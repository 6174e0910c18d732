"""Going on with an earlier demo's data: its workspace is gone, so what waits is asked again."""

from sqlalchemy import delete, select, update

from hitl.policy import Policy
from hitl.review.record import post_card
from hitl.storage.database import Transaction
from hitl.storage.outbox import Sending
from hitl.storage.tables import cases, outbox, queue_cards, slack_messages
from hitl.vocabulary import CaseState


def ask_again(tx: Transaction, *, policy: Policy) -> int:
    """Post every waiting case to the new workspace; how many there are."""
    tx.connection.execute(
        update(outbox).where(outbox.c.state == Sending.WAITING).values(state=Sending.SKIPPED)
    )
    tx.connection.execute(delete(slack_messages))
    tx.connection.execute(
        update(queue_cards).where(queue_cards.c.closed_at.is_(None)).values(closed_at=tx.now)
    )
    waiting = tx.connection.execute(
        select(cases.c.id, cases.c.use_case).where(cases.c.state == CaseState.OPEN)
    ).all()
    for row in waiting:
        channel = policy.use_case(row.use_case).channel
        post_card(tx, row.id, use_case=row.use_case, channel=channel)
    return len(waiting)
