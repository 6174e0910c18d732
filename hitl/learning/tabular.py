"""Labels as rows of a table: what is nested is JSON in a column of text."""

import json
from collections.abc import Mapping
from typing import Any, Final

COLUMNS: Final[Mapping[str, str]] = {
    "cursor": "int64",
    "change": "string",
    "case": "int64",
    "use_case": "string",
    "key": "string",
    "label": "string",
    "verdict": "string",
    "flagged": "bool",
    "source": "string",
    "reviewers": "string",
    "votes": "int64",
    "adjudicated": "bool",
    "known": "bool",
    "decided_at": "time",
    "predicted": "string",
    "confidence": "double",
    "scores": "string",
    "model": "string",
    "policy_version": "string",
    "escalated": "bool",
    "draw": "double",
    "audit_rate": "double",
    "weight": "double",
    "submitted_at": "time",
    "title": "string",
    "text": "string",
    "reason": "string",
    "evidence": "string",
    "metadata": "string",
}
"""Every column and its kind, in order."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def table_row(document: Mapping[str, Any]) -> dict[str, Any]:
    """A label's document, flat; keys are those of ``COLUMNS``."""
    prediction = document["prediction"] or {}
    item = document["input"] or {}
    return {
        name: document[name] for name in COLUMNS if name in document
    } | {
        "cursor": int(document["cursor"]),
        "reviewers": ",".join(document["reviewers"]),
        "predicted": prediction.get("label"),
        "confidence": prediction.get("confidence"),
        "scores": _json(prediction.get("scores")),
        "model": prediction.get("model"),
        "title": item.get("title"),
        "text": item.get("text"),
        "reason": item.get("reason"),
        "evidence": _json(item.get("evidence") or None),
        "metadata": _json(item.get("metadata")),
    }  # fmt: skip


def safe_cell(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: such text gets an apostrophe before it."""
    if isinstance(value, str) and value.startswith(_FORMULA_STARTS):
        return f"'{value}"
    return value


def _json(value: Any) -> str | None:
    return None if value is None else json.dumps(value, ensure_ascii=False, allow_nan=False)
