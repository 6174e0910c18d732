"""Everything personal of a case, where it is kept, and how it leaves."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Table, delete, or_, select, update

from hitl.lifecycle import WAITING
from hitl.storage.chain import PERSONAL
from hitl.storage.database import Transaction
from hitl.storage.outbox import Kind, Sending
from hitl.storage.tables import (
    case_contents,
    cases,
    checks,
    embeddings,
    inquiries,
    known_answers,
    notes,
    opinions,
    outbox,
    outcomes,
    pictures,
    questions,
    reviews,
)

_DELETED: Final = (pictures, notes, embeddings)
_BLANKED: Final[Mapping[Table, Collection[str]]] = {
    case_contents: (*PERSONAL, "salt"),
    reviews: ("note", "salt"),
    outcomes: ("note",),
    inquiries: ("text", "salt", "answer", "answer_salt", "answered_by"),
    opinions: ("reason",),
    questions: ("slack_user", "answered_by"),
}
_GONE = ""
"""Of a fingerprint or a salt that may not be absent."""


def wipe(tx: Transaction, case_id: int) -> None:
    """Take out what people wrote or are; what was decided, and the chain, stay."""
    for table in _DELETED:
        tx.connection.execute(delete(table).where(table.c.case_id == case_id))
    for table, columns in _BLANKED.items():
        nothing = dict.fromkeys(columns)
        tx.connection.execute(update(table).where(table.c.case_id == case_id).values(nothing))
    tx.connection.execute(
        update(questions).where(questions.c.case_id == case_id).values(salt=_GONE)
    )
    _wipe_messages(tx, case_id)
    tx.connection.execute(
        update(known_answers)
        .where(known_answers.c.case_id == case_id, known_answers.c.retired_at.is_(None))
        .values(retired_at=tx.now)
    )
    tx.connection.execute(
        update(cases).where(cases.c.id == case_id).values(fingerprint=_GONE, erased_at=tx.now)
    )


def copies_of(connection: Connection, case_id: int) -> list[int]:
    """Cases that were made from it, with its content."""
    chosen = select(checks.c.case_id).where(checks.c.known_case_id == case_id)
    return list(connection.execute(chosen).scalars())


def slack_files(connection: Connection, case_id: int) -> list[str]:
    """The workspace's copies of its pictures."""
    chosen = select(pictures.c.slack_file).where(
        pictures.c.case_id == case_id, pictures.c.slack_file.is_not(None)
    )
    return list(connection.execute(chosen).scalars())


def cases_to_erase(
    connection: Connection, *, use_case: str, before: datetime, most: int = 200
) -> list[int]:
    """Cases that came before the moment, wait no more and were not erased."""
    chosen = select(cases.c.id).where(
        cases.c.use_case == use_case,
        cases.c.submitted_at < before,
        cases.c.erased_at.is_(None),
        cases.c.state.not_in(WAITING),
    )
    return list(connection.execute(chosen.order_by(cases.c.submitted_at).limit(most)).scalars())


def use_cases_kept(connection: Connection) -> list[str]:
    """Every use case that has cases, also one that has left the policy."""
    chosen = select(cases.c.use_case).distinct().order_by(cases.c.use_case)
    return list(connection.execute(chosen).scalars())


def _wipe_messages(tx: Transaction, case_id: int) -> None:
    """Callers that are still to be told hear the outcome; of what was sent nothing is kept."""
    about = outbox.c.case_id == case_id
    sent = or_(outbox.c.state == Sending.SENT, outbox.c.state == Sending.SKIPPED)
    tx.connection.execute(update(outbox).where(about, sent).values(payload={}))
    told = tx.connection.execute(
        select(outbox.c.id, outbox.c.payload).where(about, ~sent, outbox.c.kind == Kind.WEBHOOK)
    ).all()
    for row in told:
        tx.connection.execute(
            update(outbox).where(outbox.c.id == row.id).values(payload=_impersonal(row.payload))
        )


def _impersonal(payload: dict[str, Any]) -> dict[str, Any]:
    case = payload["body"]["data"] | {"metadata": None}
    if case["outcome"] is not None:
        case["outcome"] = case["outcome"] | {"note": None}
    if "question" in case:
        case["question"] = case["question"] | {"text": None}
    return payload | {"body": payload["body"] | {"data": case}}
