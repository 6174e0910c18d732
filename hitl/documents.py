"""Cases as the JSON documents that callers get, the same from the API and in webhooks."""

from datetime import UTC, datetime
from typing import Any

from hitl.cases import Case, Inquiry, Outcome


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


def outcome_document(outcome: Outcome) -> dict[str, Any]:
    """The label and verdict that stand."""
    return {
        "verdict": outcome.verdict,
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
