"""Answers as JSON: the same for callers, for the command line and for the dashboard.

A share is ``{"hits", "total", "low", "estimate", "high"}``, an interval ``{"low", "estimate",
"high"}``. What is not known yet is ``{"found", "needed", "of"}``, and null what can't be known.
"""

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from typing import Any

from hitl.documents import moment
from hitl.reports.answers import Report, Stats
from hitl.statistics.answers import Share


def report_document(report: Report) -> dict[str, Any]:
    """The window's counts on top, what judges them beside them under names of their own."""
    judged: dict[str, Any] = {
        field.name: as_data(getattr(report, field.name))
        for field in fields(report)
        if field.name != "stats"
    }
    return stats_document(report.stats) | judged


def stats_document(found: Stats) -> dict[str, Any]:
    """The counts; the queue as two figures, since the cases in it are no one's business here."""
    counts: dict[str, Any] = {
        field.name: as_data(getattr(found, field.name))
        for field in fields(found)
        if field.name != "queue"
    }
    oldest = found.queue.oldest_at
    return counts | {
        "open": found.queue.open,
        "oldest_open_at": None if oldest is None else moment(oldest),
    }


def as_data(value: Any) -> Any:
    """Any answer as what JSON can hold."""
    if isinstance(value, Share):
        return {"hits": value.hits, "total": value.total} | as_data(value.interval)
    if is_dataclass(value):
        return {field.name: as_data(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): as_data(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [as_data(each) for each in value]
    if isinstance(value, datetime):
        return moment(value)
    return value.isoformat() if isinstance(value, date) else value
