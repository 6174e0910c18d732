"""Labels as JSON documents, one on each line; the same from the API and in exports."""

import json
from typing import Any

from hitl.documents import moment
from hitl.learning.feed import Label
from hitl.learning.pseudonyms import Naming

# Some readers take these for ends of lines, which JSON does not.
_LINE_ENDS = {"\u2028": "\\u2028", "\u2029": "\\u2029", "\x85": "\\u0085"}
_ESCAPES = str.maketrans(_LINE_ENDS)


def label_document(label: Label, *, naming: Naming) -> dict[str, Any]:
    """What a trainer is told of a label; reviewers are called as ``naming`` does."""
    return {
        "cursor": str(label.cursor),
        "change": label.change,
        "case": label.case_id,
        "use_case": label.use_case,
        "key": label.key,
        "label": label.label,
        "verdict": label.verdict,
        "flagged": label.flagged,
        "source": label.source,
        "reviewers": [naming(reviewer) for reviewer in label.reviewers],
        "votes": len(label.reviewers),
        "adjudicated": label.adjudicated,
        "known": label.source == "truth",
        "decided_at": None if label.decided_at is None else moment(label.decided_at),
        "prediction": _prediction(label),
        "policy_version": label.policy_version,
        "escalated": label.escalated,
        "draw": label.draw,
        "audit_rate": label.audit_rate,
        "weight": None if label.label is None else label.weight,
        "submitted_at": moment(label.submitted_at),
        "input": label.item,
    }


def _prediction(label: Label) -> dict[str, Any] | None:
    if label.predicted is None:
        return None
    return {
        "label": label.predicted,
        "confidence": label.confidence,
        "scores": label.scores,
        "model": label.model,
    }


def json_line(document: dict[str, Any]) -> str:
    """One line of JSON with its end; text is as it was sent, to the last character."""
    written = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return written.translate(_ESCAPES) + "\n"
