"""Cases as the JSON documents that callers get, the same from the API and in webhooks."""

from datetime import UTC, datetime
from typing import Any

from hitl.blindness import as_seen
from hitl.cases import Case, Evidence, Inquiry, Outcome
from hitl.policy.use_case import UseCase
from hitl.vocabulary import RouteTo


def case_document(case: Case) -> dict[str, Any]:
    """What a caller is told of a case."""
    return {
        "id": case.id,
        "use_case": case.use_case,
        "key": case.key,
        "state": case.state,
        "route": {"to": case.route_to, "reason": case.route_reason},
        "prediction": {"label": case.label, "confidence": case.confidence},
        "outcome": None if case.outcome is None else outcome_document(case.outcome),
        "metadata": case.metadata,
    }


def blind_document(case: Case, *, use_case: UseCase) -> dict[str, Any]:
    """What a reviewer is told of a blind case: the item itself, and nothing of what the AI said.

    The key is left out, too: whoever looks it up would find out what is known of the item.
    """
    seen = as_seen(case, use_case=use_case)
    return {
        "id": seen.id,
        "use_case": seen.use_case,
        "key": None,
        "state": seen.state,
        "route": {"to": RouteTo.REVIEW, "reason": None},
        "prediction": None,
        "outcome": None if seen.outcome is None else outcome_document(seen.outcome),
        "metadata": None,
        "question": use_case.question,
        "labels": list(use_case.labels),
        "title": seen.title,
        "text": seen.text,
        "context": [_evidence_document(piece) for piece in seen.evidence],
    }


def _evidence_document(piece: Evidence) -> dict[str, Any]:
    """Only what the piece has; of an uploaded picture, that there is one."""
    parts = {
        "text": piece.text,
        "fields": dict(piece.fields) or None,
        "image_url": piece.image_url,
        "url": piece.url,
        "uploaded": True if piece.image_id is not None else None,
    }
    return {"title": piece.title} | {k: v for k, v in parts.items() if v is not None}


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """The label and verdict that stand."""
    return {
        "verdict": None if outcome.is_blind else outcome.verdict,
        "label": outcome.label,
        "by": outcome.by,
        "reviewer": outcome.reviewer,
        "note": outcome.note,
        "decided_at": moment(outcome.decided_at),
        "revision": outcome.revision,
        "flagged": outcome.flagged,
    }


def question_document(question: Inquiry) -> dict[str, Any]:
    """What was asked of a case's submitter."""
    return {
        "id": question.id,
        "text": question.text,
        "asked_by": question.author,
        "asked_at": moment(question.at),
        "answer": question.answer,
        "answered_at": None if question.answered_at is None else moment(question.answered_at),
    }


def moment(at: datetime) -> str:
    """UTC as RFC 3339, with a Z."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
