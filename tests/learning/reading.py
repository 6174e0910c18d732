"""Readers of labels, as tests need them."""

from typing import Any

from hitl.learning.export import begin_reading, documents
from hitl.learning.feed import Selection
from hitl.review import submit, vote
from hitl.storage.database import Database, Transaction
from hitl.vocabulary import Verdict
from tests.examples import moderation, post


async def labels_after(database: Database, after: int = 0, **wanted: Any) -> list[dict[str, Any]]:
    """Every label that a reader is told who has read up to ``after``."""
    reading = await begin_reading(database, Selection(after=after, **wanted))
    return [row async for page in documents(database, reading) for row in page]


def submitted(tx: Transaction, key: str, **changes: Any) -> int:
    """The id of a case that people are asked about."""
    draw = changes.pop("draw", 0.5)
    case, _ = submit(tx, post(key, **changes), use_case=moderation(), draw=draw)
    return case.id


def voted(
    tx: Transaction, case_id: int, *, verdict: Verdict = Verdict.REJECT, reviewer: str = "U0ANA"
) -> None:
    vote(tx, case_id, verdict=verdict, reviewer=reviewer, use_case=moderation())


def decided(tx: Transaction, key: str, **changes: Any) -> int:
    """The id of a case that Ana has decided."""
    case_id = submitted(tx, key, **changes)
    voted(tx, case_id)
    return case_id
