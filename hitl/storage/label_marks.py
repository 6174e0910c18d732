"""Saying that a case's label may have changed; ``hitl.learning`` finds out what it is now."""

from sqlalchemy import insert

from hitl.storage.database import Transaction
from hitl.storage.tables import label_marks

_INSERT = insert(label_marks)


def mark_label(tx: Transaction, case_id: int) -> None:
    """For every verb that changes what people say an item is; once too often does no harm."""
    tx.connection.execute(_INSERT, {"case_id": case_id})
