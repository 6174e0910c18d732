"""What people do with cases: votes, claims, skips, flags and notes."""

from sqlalchemy import Boolean, Float, Index, String, Table, text

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import id_of_case, metadata, optional, required, row_id

IS_ADJUDICATION = text("(is_adjudication AND undone_at IS NULL)")
"""A vote that settled a dispute and stands: few of many."""

reviews = Table(
    "reviews",
    metadata,
    row_id(),
    id_of_case(),
    required("reviewer", String),
    required("verdict", String),
    required("label", String),
    optional("note", String),
    # Of the note's digest in the audit chain; erased together with the note.
    optional("salt", String),
    # From claim or open to the vote; absent where nobody could tell when looking began.
    optional("seconds", Float),
    required("at", Moment),
    # When its reviewer took it back.
    optional("undone_at", Moment),
    # Whether it settled a dispute, between votes that its reviewer had seen.
    required("is_adjudication", Boolean),
    Index(
        "ux_reviews_standing",
        "case_id",
        "reviewer",
        unique=True,
        sqlite_where=text("undone_at IS NULL"),
        postgresql_where=text("undone_at IS NULL"),
    ),
    Index("ix_reviews_case", "case_id"),
    Index("ix_reviews_reviewer", "reviewer", "at"),
    # With what reports read of many votes beside it.
    Index("ix_reviews_at", "at", "case_id", "reviewer"),
    Index(
        "ix_reviews_adjudications",
        "at",
        sqlite_where=IS_ADJUDICATION,
        postgresql_where=IS_ADJUDICATION,
    ),
)
"""One person's vote on a case; the partial index allows one that stands."""

flags = Table(
    "flags",
    metadata,
    row_id(),
    id_of_case(),
    required("set_at", Moment),
    # When the reviewers were called to a second look.
    optional("asked_at", Moment),
    optional("ended_at", Moment),
    # ``cleared``, ``turned`` or ``undone``.
    optional("end", String),
    Index(
        "ux_flags_watched",
        "case_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
    Index("ix_flags_ended", "ended_at", "set_at"),
    Index("ix_flags_set", "set_at"),
)
"""That a case is watched because its outcome is flagged; the partial index allows one at once.

A flag that ended stays, to be counted.
"""

claims = Table(
    "claims",
    metadata,
    id_of_case(primary_key=True),
    required("reviewer", String),
    required("claimed_at", Moment),
    required("until", Moment),
    Index("ix_claims_reviewer", "reviewer", "until"),
)
"""Who looks at a case, and until when it is kept for them; it says nothing once decided."""

skips = Table(
    "skips",
    metadata,
    row_id(),
    id_of_case(),
    required("reviewer", String),
    required("reason", String),
    required("at", Moment),
    Index("ix_skips_reviewer", "reviewer", "case_id", "at"),
    Index("ix_skips_at", "at"),
)
"""That a person would rather not decide a case; it is not served to them for a while."""

notes = Table(
    "notes",
    metadata,
    row_id(),
    id_of_case(index=True),
    required("author", String),
    required("text", String),
    # Of the text's digest in the audit chain.
    required("salt", String),
    required("at", Moment),
)
"""What a person wrote on a case."""
