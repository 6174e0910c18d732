"""The policy that runs, every change of it, and who signed."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Table, UniqueConstraint, text

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, key, metadata, optional, required, row_id

IS_PROPOSED = text("state = 'proposed'")

running_policy = Table(
    "running_policy",
    metadata,
    key("id", Integer),
    # Counts the changes, so that whoever follows it sees that there was one.
    required("generation", Integer),
    # Their contents, in the policy's order.
    required("use_cases", ANY_JSON),  # list[Any]
    # Of the file that was last taken, which need not be what runs.
    optional("file_digest", String),
    required("changed_at", Moment),
)
"""One row: the policy that every process goes by."""

policy_changes = Table(
    "policy_changes",
    metadata,
    row_id(),
    required("use_case", String),
    # ``proposed``, ``applied`` or ``withdrawn``.
    required("state", String),
    # None where the use case leaves the policy.
    optional("version", String),
    # None where it is new.
    optional("version_before", String),
    # The policy that was asked for.
    optional("content", ANY_JSON),  # dict[str, Any]
    # Key, value before and value after.
    required("differences", ANY_JSON),  # list[Any]
    # What was expected of it when it was proposed.
    optional("effect", ANY_JSON),  # dict[str, Any]
    # Who had to sign, by office; None where nobody had to.
    optional("approvers", ANY_JSON),  # dict[str, str]
    required("source", String),
    required("by", String),
    required("asked_at", Moment),
    # When it took effect or was withdrawn.
    optional("settled_at", Moment),
    optional("settled_by", String),
    # Why it was withdrawn.
    optional("reason", String),
    optional("slack_channel", String),
    optional("ts", String),
    Index(
        "ux_policy_changes_proposed",
        "use_case",
        unique=True,
        sqlite_where=IS_PROPOSED,
        postgresql_where=IS_PROPOSED,
    ),
    Index("ix_policy_changes_use_case", "use_case", "state", "id"),
    sqlite_autoincrement=True,  # a number named in Slack is never given again
)
"""A change of one use case's policy, asked for by somebody; never deleted."""

policy_signatures = Table(
    "policy_signatures",
    metadata,
    row_id(),
    required("change_id", BigInteger, ForeignKey("policy_changes.id")),
    required("office", String),
    required("by", String),
    required("at", Moment),
    UniqueConstraint("change_id", "office"),
)
"""One office's yes to a change."""
