"""Cases, what was sent with them, and their outcomes."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, id_of_case, metadata, optional, required, row_id

# To be written out in a query, too: SQLite takes a partial index for no parameter.
AWAITS_PEOPLE = text("(state IN ('open', 'disputed') AND people_since IS NOT NULL OR awaits_check)")
AWAITS_DEADLINE = text(f"{AWAITS_PEOPLE.text} AND NOT is_overdue")
IS_OVERDUE = text(f"{AWAITS_PEOPLE.text} AND is_overdue")
IS_DOUBLE = text("(is_blind AND reviews_needed > 1)")
"""Two or more look at it, and none sees what another chose."""
STANDS_BY_OTHERS = text("(is_current AND \"by\" != 'ai')")
"""An outcome that stands and is not the AI's own: few of many."""

cases = Table(
    "cases",
    metadata,
    row_id(),
    required("use_case", String),
    required("key", String),
    # SHA-256 of the request's canonical JSON: the same key with other content is refused. Empty
    # once the content is erased, which it could be guessed from.
    required("fingerprint", String),
    required("state", String),
    required("route_to", String),
    required("route_reason", String),
    # ``policy``; ``caller`` where the caller had already decided that people must look; ``edge``
    # where it had routed by the policy itself; ``person`` where somebody sent it who is no caller:
    # then it is no prediction.
    required("routed_by", String),
    required("label", String),
    optional("confidence", Float),
    # What the policy compared instead of the confidence, by the calibration that is named.
    optional("calibrated", Float),
    optional("calibration_id", BigInteger),
    required("scores", ANY_JSON),  # dict[str, float]
    # How far the top score is above the second; people are served the smallest first.
    #
    # That of a blind check is drawn, or its place in the order would tell what it is.
    required("margin", Float),
    optional("model", String),
    required("policy_version", String),
    required("draw", Float),
    required("audit_rate", Float),
    # Uniform in [0, 1) and independent of ``draw``: under the policy's share, two people vote.
    required("double_draw", Float, default=1.0),
    # So many people must choose the same label.
    required("reviews_needed", Integer, default=1),
    # People answer without seeing what the AI proposes.
    required("is_blind", Boolean, default=False),
    # A blind check apart from the case's own decision waits for its answer.
    required("awaits_check", Boolean, default=False),
    optional("callback_url", String),
    required("submitted_at", Moment),
    # When the current outcome was stored.
    optional("decided_at", Moment),
    # When people were first asked; None while a model or the user is, and where nobody had to.
    optional("people_since", Moment),
    # When everything that people wrote left it.
    optional("erased_at", Moment),
    # Steps of its deadline that are due up to here after submission are past.
    required("steps_taken_seconds", BigInteger, default=0),
    # The end of its deadline has come and left it open.
    required("is_overdue", Boolean, default=False),
    # How many its audit chain has, so that one cut short shows.
    required("events", Integer),
    UniqueConstraint("use_case", "key"),
    Index("ix_cases_state", "use_case", "state", "id"),
    Index("ix_cases_submitted", "use_case", "submitted_at"),
    Index("ix_cases_decided", "use_case", "decided_at"),
    Index(
        "ix_cases_double",
        "use_case",
        # Or SQLite may well take the index of all that was decided.
        "state",
        "decided_at",
        sqlite_where=IS_DOUBLE,
        postgresql_where=IS_DOUBLE,
    ),
    Index(
        "ix_cases_unerased",
        "use_case",
        "submitted_at",
        sqlite_where=text("erased_at IS NULL"),
        postgresql_where=text("erased_at IS NULL"),
    ),
    Index(
        "ix_cases_erased",
        "use_case",
        "erased_at",
        sqlite_where=text("erased_at IS NOT NULL"),
        postgresql_where=text("erased_at IS NOT NULL"),
    ),
    Index(
        "ix_cases_deadline",
        "use_case",
        "steps_taken_seconds",
        "submitted_at",
        sqlite_where=AWAITS_DEADLINE,
        postgresql_where=AWAITS_DEADLINE,
    ),
    Index("ix_cases_overdue", "use_case", sqlite_where=IS_OVERDUE, postgresql_where=IS_OVERDUE),
    Index(
        "ix_cases_least_certain",
        "use_case",
        "margin",
        "submitted_at",
        "id",
        sqlite_where=AWAITS_PEOPLE,
        postgresql_where=AWAITS_PEOPLE,
    ),
    Index(
        "ix_cases_oldest",
        "use_case",
        "submitted_at",
        "margin",
        "id",
        sqlite_where=AWAITS_PEOPLE,
        postgresql_where=AWAITS_PEOPLE,
    ),
    sqlite_autoincrement=True,  # an id named in Slack is never given to another case
)
"""One item submitted; what is personal lives in ``case_contents``."""

case_contents = Table(
    "case_contents",
    metadata,
    id_of_case(primary_key=True),
    optional("title", String),
    optional("text", String),
    optional("reason", String),
    optional("evidence", ANY_JSON),  # list[dict[str, Any]]
    optional("ask", ANY_JSON),  # dict[str, Any]
    # An explicit JSON null in metadata is echoed back as null, which is what NULL reads as.
    optional("caller_metadata", ANY_JSON),
    # Of the digest that the audit chain holds; erased together with the rest.
    optional("salt", String),
)
"""What a person wrote or is, apart from the case so that it can leave alone."""

pictures = Table(
    "pictures",
    metadata,
    row_id(),
    id_of_case(index=True),
    required("title", String),
    required("media_type", String),
    required("content", LargeBinary),
    optional("slack_file", String),
)
"""An uploaded picture; ``slack_file`` is set once the workspace holds a copy."""

outcomes = Table(
    "outcomes",
    metadata,
    row_id(),
    id_of_case(),
    required("revision", Integer),
    required("is_current", Boolean),
    required("verdict", String),
    required("label", String),
    required("by", String),
    optional("reviewer", String),
    optional("note", String),
    required("flagged", Boolean),
    # Whether it took the place of the revision before it, which stood until then.
    required("overrules", Boolean),
    required("decided_at", Moment),
    UniqueConstraint("case_id", "revision"),
    Index(
        "ux_outcomes_current",
        "case_id",
        unique=True,
        sqlite_where=text("is_current"),
        postgresql_where=text("is_current"),
    ),
    Index(
        "ix_outcomes_of_others",
        "decided_at",
        sqlite_where=STANDS_BY_OTHERS,
        postgresql_where=STANDS_BY_OTHERS,
    ),
)
"""Every outcome a case ever had; the partial index allows one current one."""

truths = Table(
    "truths",
    metadata,
    row_id(),
    id_of_case(index=True),
    required("label", String),
    required("source", String),
    required("at", Moment),
)
"""What turned out to be right, learned later; the newest row of a case counts."""

tallies = Table(
    "tallies",
    metadata,
    row_id(),
    required("use_case", String),
    required("key", String),
    required("fingerprint", String),
    # The row's place in its request; (use_case, key) names the request.
    required("position", Integer),
    optional("model", String),
    required("label", String),
    required("band_low", Float),
    required("band_high", Float),
    required("count", BigInteger),
    required("since", Moment),
    required("until", Moment),
    UniqueConstraint("use_case", "key", "position"),
    Index("ix_tallies_until", "use_case", "until"),
)
"""Predictions that stood by themselves where they were made, counted by the caller."""
