"""What people said of a case, and the outcomes it had: those that stand and those that do not."""

from sqlalchemy import Connection, func, select, update

from hitl.storage.database import Transaction
from hitl.storage.tables import cases, outcomes, reviews
from hitl.vocabulary import CaseState

_STANDS = reviews.c.undone_at.is_(None)


def next_revision(connection: Connection, case_id: int) -> int:
    """The number of the case's next outcome, from 1."""
    latest = select(func.max(outcomes.c.revision)).where(outcomes.c.case_id == case_id)
    return (connection.execute(latest).scalar() or 0) + 1


def mark_undone(tx: Transaction, case_id: int, *, reviewer: str) -> bool:
    """Whether there was a vote of theirs to take back; they may vote again afterwards."""
    undone = tx.connection.execute(
        update(reviews)
        .where(reviews.c.case_id == case_id, reviews.c.reviewer == reviewer, _STANDS)
        .values(undone_at=tx.now)
    )
    return undone.rowcount == 1


def retire_outcome(tx: Transaction, case_id: int) -> None:
    """Keep the current outcome as one that does not stand any more."""
    tx.connection.execute(
        update(outcomes)
        .where(outcomes.c.case_id == case_id, outcomes.c.is_current)
        .values(is_current=False)
    )


def decided_again(tx: Transaction, case_id: int) -> None:
    """Let a decided case's decision be that of now."""
    tx.connection.execute(update(cases).where(cases.c.id == case_id).values(decided_at=tx.now))


def reopen(tx: Transaction, case_id: int) -> None:
    """Move a decided case back to where it waits."""
    tx.connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.state == CaseState.DECIDED)
        .values(state=CaseState.OPEN, decided_at=None)
    )
