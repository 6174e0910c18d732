"""Every table, once; their constraints are what makes "exactly one outcome" true.

The names given out here are the tables for Core statements, which the verbs are written in.
"""

from hitl.storage.tables.case import (
    AWAITS_DEADLINE,
    AWAITS_PEOPLE,
    case_contents,
    cases,
    outcomes,
    pictures,
    tallies,
    truths,
)
from hitl.storage.tables.history import audit_events, checkpoints
from hitl.storage.tables.reviewing import claims, flags, notes, reviews, skips
from hitl.storage.tables.schema import policy_versions, schema_version
from hitl.storage.tables.sending import outbox, paces
from hitl.storage.tables.slack import queue_cards, slack_messages, thread_replies
from hitl.storage.tables.timetable import schedule_runs

__all__ = [
    "AWAITS_DEADLINE",
    "AWAITS_PEOPLE",
    "audit_events",
    "case_contents",
    "cases",
    "checkpoints",
    "claims",
    "flags",
    "notes",
    "outbox",
    "outcomes",
    "paces",
    "pictures",
    "policy_versions",
    "queue_cards",
    "reviews",
    "schedule_runs",
    "schema_version",
    "skips",
    "slack_messages",
    "tallies",
    "thread_replies",
    "truths",
]
