"""Blind checks: what people say of an item without seeing what the AI said of it."""

from sqlalchemy import BigInteger, Boolean, Float, ForeignKey, Index, Integer, String, Table, text

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import id_of_case, key, metadata, optional, required, row_id

IS_KNOWN_ANSWER = text("(kind = 'known')")
"""A check whose answer is known before: few of many."""

checks = Table(
    "checks",
    metadata,
    row_id(),
    id_of_case(unique=True),
    required("use_case", String),
    # ``audit`` or ``known``.
    required("kind", String),
    # ``open``, ``disputed`` (the answer is not the AI's), ``settled`` or ``withdrawn``.
    required("state", String),
    # The answer decides nothing by itself: the prediction goes another way than to reviewers.
    required("is_apart", Boolean),
    optional("known_label", String),
    # The case that a known one is a copy of.
    optional("known_case_id", BigInteger, ForeignKey("cases.id")),
    optional("reviewer", String),
    optional("verdict", String),
    optional("label", String),
    # As in the review that the answer is.
    optional("seconds", Float),
    required("opened_at", Moment),
    optional("answered_at", Moment),
    # The answer where it was the AI's, or else what the adjudicators said.
    optional("final_label", String),
    # Whoever gave ``final_label``; ``deadline`` for one that was withdrawn by it.
    optional("settled_by", String),
    optional("settled_at", Moment),
    Index("ix_checks_state", "use_case", "state", "kind"),
    Index("ix_checks_reviewer", "reviewer", "answered_at"),
    Index("ix_checks_known", "known_case_id"),
    Index("ix_checks_settled", "use_case", "settled_at"),
    Index("ix_checks_opened", "use_case", "opened_at"),
    Index(
        "ix_checks_answered",
        "use_case",
        "answered_at",
        sqlite_where=IS_KNOWN_ANSWER,
        postgresql_where=IS_KNOWN_ANSWER,
    ),
)
"""A blind check; it hangs off a case whatever the case's state, and each answer is a review.

``audit``: the case is in the unbiased sample, and ``final_label`` of a settled one is the
truth about it. ``known``: the case was made to be served, and its answer is known before.
"""

known_answers = Table(
    "known_answers",
    metadata,
    id_of_case(primary_key=True),
    required("use_case", String),
    required("label", String),
    required("times_served", Integer, default=0),
    required("added_at", Moment),
    # Its answer is in doubt, or its content is gone: it is served no more.
    optional("retired_at", Moment),
    Index("ix_known_answers", "use_case", "retired_at", "times_served"),
)
"""An item whose right label is known; copies of its case are served blind, to measure people.

The case is one that a caller sent for this, or one that was adjudicated.
"""

known_turns = Table(
    "known_turns",
    metadata,
    row_id(),
    required("use_case", String),
    required("due_at", Moment),
    # Uniform in [0, 1): which one it is.
    required("draw", Float),
    Index("ix_known_turns_due", "due_at"),
)
"""That a known answer is to be served among the cases of a use case, from ``due_at`` on."""

practised = Table(
    "practised",
    metadata,
    id_of_case(primary_key=True),
    key("person", String),
    # The last time.
    required("at", Moment),
)
"""That a person was shown a known answer to practise on: it measures them no more."""
