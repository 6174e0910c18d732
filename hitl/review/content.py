"""What came with a case: stored apart from it, and covered by one digest in its history."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import insert

from hitl.audit import words_digest
from hitl.cases import Evidence
from hitl.review.submission import NewEvidence, Submission
from hitl.storage.chain import content_words
from hitl.storage.database import Transaction
from hitl.storage.precedents import keep_embeddings
from hitl.storage.queries import evidence_from_stored
from hitl.storage.statements import insert_all
from hitl.storage.tables import case_contents, pictures

# Made once: making a statement costs as much as running it.
_INSERT_PICTURE = insert(pictures).returning(pictures.c.id)


def store_contents(
    tx: Transaction, submissions: Mapping[int, Submission]
) -> dict[int, tuple[tuple[Evidence, ...], str]]:
    """Of each new case, by its id, the evidence as it is read back and the digest of all words."""
    rows = [_row(tx, case_id, submission) for case_id, submission in submissions.items()]
    insert_all(tx.connection, case_contents, rows)
    vectors = {case_id: sent.embedding for case_id, sent in submissions.items() if sent.embedding}
    keep_embeddings(tx, vectors)
    return {row["case_id"]: _as_read(row, submissions[row["case_id"]]) for row in rows}


def _row(tx: Transaction, case_id: int, submission: Submission) -> dict[str, Any]:
    return {
        "case_id": case_id,
        "title": submission.title,
        "text": submission.text,
        "reason": submission.reason,
        "evidence": [_stored(tx, case_id, item) for item in submission.evidence] or None,
        "ask": None if submission.ask is None else dict(submission.ask),
        "caller_metadata": submission.metadata,
        "salt": tx.salt(),
    }


def _as_read(row: dict[str, Any], submission: Submission) -> tuple[tuple[Evidence, ...], str]:
    uploaded = [item.picture.content for item in submission.evidence if item.picture]
    words = words_digest(content_words(row, uploaded), salt=row["salt"])
    return tuple(evidence_from_stored(item) for item in row["evidence"] or ()), words


def _stored(tx: Transaction, case_id: int, item: NewEvidence) -> dict[str, Any]:
    stored: dict[str, Any] = {"title": item.title}
    if item.picture is not None:
        values = {
            "case_id": case_id,
            "title": item.title,
            "media_type": item.picture.media_type,
            "content": item.picture.content,
        }
        return stored | {"image_id": tx.connection.execute(_INSERT_PICTURE, values).scalar_one()}
    if item.fields:
        return stored | {"fields": [list(field) for field in item.fields]}
    parts = {"text": item.text, "image_url": item.image_url, "url": item.url}
    return stored | {name: value for name, value in parts.items() if value is not None}
