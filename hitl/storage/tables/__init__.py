"""Every table, once; their constraints are what makes "exactly one outcome" true.

The names given out here are the tables for Core statements, which the verbs are written in.
"""

from hitl.storage.tables.access import api_keys, used_links, web_sessions
from hitl.storage.tables.asking import opinions, questions, strategy_steps
from hitl.storage.tables.case import (
    AWAITS_DEADLINE,
    AWAITS_PEOPLE,
    IS_DOUBLE,
    IS_OVERDUE,
    STANDS_BY_OTHERS,
    case_contents,
    cases,
    outcomes,
    pictures,
    tallies,
    truths,
)
from hitl.storage.tables.checks import (
    IS_KNOWN_ANSWER,
    checks,
    known_answers,
    known_turns,
    practised,
)
from hitl.storage.tables.history import audit_events, checkpoints
from hitl.storage.tables.inquiring import inquiries
from hitl.storage.tables.learning import (
    RUN_GOES_ON,
    calibrations,
    feed_keys,
    label_marks,
    labels,
    model_versions,
    retrain_runs,
)
from hitl.storage.tables.monthly import monthly_reviews
from hitl.storage.tables.policy import policy_changes, policy_signatures, running_policy
from hitl.storage.tables.reviewing import IS_ADJUDICATION, claims, flags, notes, reviews, skips
from hitl.storage.tables.rollups import (
    daily_checks,
    daily_decisions,
    daily_predictions,
    daily_reviews,
    daily_turns,
    daily_waits,
    hourly_checks,
    hourly_decisions,
    hourly_pairs,
    hourly_predictions,
    hourly_requests,
    hourly_reviews,
    hourly_turns,
    hourly_waits,
    rollup_progress,
)
from hitl.storage.tables.schema import policy_versions, schema_version
from hitl.storage.tables.sending import outbox, paces
from hitl.storage.tables.similarity import embeddings
from hitl.storage.tables.slack import queue_cards, slack_messages, thread_replies
from hitl.storage.tables.telling import notifications, told_signs
from hitl.storage.tables.timetable import schedule_runs

__all__ = [
    "AWAITS_DEADLINE",
    "AWAITS_PEOPLE",
    "IS_ADJUDICATION",
    "IS_DOUBLE",
    "IS_KNOWN_ANSWER",
    "IS_OVERDUE",
    "RUN_GOES_ON",
    "STANDS_BY_OTHERS",
    "api_keys",
    "audit_events",
    "calibrations",
    "case_contents",
    "cases",
    "checkpoints",
    "checks",
    "claims",
    "daily_checks",
    "daily_decisions",
    "daily_predictions",
    "daily_reviews",
    "daily_turns",
    "daily_waits",
    "embeddings",
    "feed_keys",
    "flags",
    "hourly_checks",
    "hourly_decisions",
    "hourly_pairs",
    "hourly_predictions",
    "hourly_requests",
    "hourly_reviews",
    "hourly_turns",
    "hourly_waits",
    "inquiries",
    "known_answers",
    "known_turns",
    "label_marks",
    "labels",
    "model_versions",
    "monthly_reviews",
    "notes",
    "notifications",
    "opinions",
    "outbox",
    "outcomes",
    "paces",
    "pictures",
    "policy_changes",
    "policy_signatures",
    "policy_versions",
    "practised",
    "questions",
    "queue_cards",
    "retrain_runs",
    "reviews",
    "rollup_progress",
    "running_policy",
    "schedule_runs",
    "schema_version",
    "skips",
    "slack_messages",
    "strategy_steps",
    "tallies",
    "thread_replies",
    "told_signs",
    "truths",
    "used_links",
    "web_sessions",
]
