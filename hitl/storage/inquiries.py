"""Questions to whoever submitted a case, and their answers."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from hitl.cases import Inquiry
from hitl.storage.database import Transaction
from hitl.storage.tables import inquiries, skips


def record_inquiry(tx: Transaction, case_id: int, *, author: str, text: str, salt: str) -> Inquiry:
    """Store a new question."""
    values = {"case_id": case_id, "author": author, "text": text, "salt": salt, "at": tx.now}
    inserted = tx.connection.execute(insert(inquiries).returning(inquiries.c.id), values)
    return Inquiry(id=inserted.scalar_one(), author=author, text=text, at=tx.now)


def inquiry_of(connection: Connection, case_id: int, question_id: int) -> Inquiry | None:
    """The question, if it is one on this case."""
    chosen = select(inquiries).where(inquiries.c.id == question_id, inquiries.c.case_id == case_id)
    row = connection.execute(chosen).first()
    return None if row is None else _inquiry(row)


def record_answer(tx: Transaction, question_id: int, *, text: str, by: str, salt: str) -> bool:
    """Whether the question had no answer before this one."""
    answered = tx.connection.execute(
        update(inquiries)
        .where(inquiries.c.id == question_id, inquiries.c.answered_at.is_(None))
        .values(answer=text, answer_salt=salt, answered_by=by, answered_at=tx.now)
    )
    return answered.rowcount == 1


def serve_again(tx: Transaction, case_id: int, *, reviewer: str, reason: str) -> None:
    """Forget that they skipped the case for that reason, which holds no more."""
    tx.connection.execute(
        delete(skips).where(
            skips.c.case_id == case_id, skips.c.reviewer == reviewer, skips.c.reason == reason
        )
    )


def inquiries_on(
    connection: Connection, case_ids: Sequence[int]
) -> defaultdict[int, list[Inquiry]]:
    """The questions on each of the cases, the first one first."""
    found: defaultdict[int, list[Inquiry]] = defaultdict(list)
    if case_ids:
        chosen = select(inquiries).where(inquiries.c.case_id.in_(case_ids))
        for row in connection.execute(chosen.order_by(inquiries.c.id)):
            found[row.case_id].append(_inquiry(row))
    return found


def _inquiry(row: Any) -> Inquiry:
    return Inquiry(
        id=row.id,
        author=row.author,
        text=row.text,
        at=row.at,
        answer=row.answer,
        answered_by=row.answered_by,
        answered_at=row.answered_at,
    )
