"""Blind checks as they are stored."""

from typing import Any

from sqlalchemy import insert

from hitl.storage.database import Transaction
from hitl.storage.tables import checks
from hitl.vocabulary import CheckState


def open_check(tx: Transaction, case_id: int, values: dict[str, Any]) -> None:
    """Store a check that waits for its answer."""
    row = {"case_id": case_id, "state": CheckState.OPEN, "opened_at": tx.now, **values}
    tx.connection.execute(insert(checks), row)
