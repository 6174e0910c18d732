"""What people do with cases: votes, claims, skips, flags and notes."""

from datetime import datetime

from sqlalchemy import Index, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, row_id

IS_ADJUDICATION = text("(is_adjudication AND undone_at IS NULL)")
"""A vote that settled a dispute and stands: few of many."""


class ReviewRow(Row, table=True):
    """One person's vote on a case; the partial index allows one that stands."""

    __tablename__ = "reviews"
    __table_args__ = (
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

    id: int | None = row_id()
    case_id: int = id_of_case()
    reviewer: str
    verdict: str
    label: str
    note: str | None = None
    salt: str | None = None
    """Of the note's digest in the audit chain; erased together with the note."""
    seconds: float | None = None
    """From claim or open to the vote; absent where nobody could tell when looking began."""
    at: datetime = Field(sa_type=Moment)
    undone_at: datetime | None = Field(default=None, sa_type=Moment)
    """When its reviewer took it back."""
    is_adjudication: bool
    """Whether it settled a dispute, between votes that its reviewer had seen."""


class FlagRow(Row, table=True):
    """That a case is watched because its outcome is flagged; the partial index allows one at once.

    A flag that ended stays, to be counted.
    """

    __tablename__ = "flags"
    __table_args__ = (
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

    id: int | None = row_id()
    case_id: int = id_of_case()
    set_at: datetime = Field(sa_type=Moment)
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the reviewers were called to a second look."""
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    end: str | None = None
    """``cleared``, ``turned`` or ``undone``."""


class ClaimRow(Row, table=True):
    """Who looks at a case, and until when it is kept for them; it says nothing once decided."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_reviewer", "reviewer", "until"),)

    case_id: int = id_of_case(primary_key=True)
    reviewer: str
    claimed_at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)


class SkipRow(Row, table=True):
    """That a person would rather not decide a case; it is not served to them for a while."""

    __tablename__ = "skips"
    __table_args__ = (
        Index("ix_skips_reviewer", "reviewer", "case_id", "at"),
        Index("ix_skips_at", "at"),
    )

    id: int | None = row_id()
    case_id: int = id_of_case()
    reviewer: str
    reason: str
    at: datetime = Field(sa_type=Moment)


class NoteRow(Row, table=True):
    """What a person wrote on a case."""

    __tablename__ = "notes"

    id: int | None = row_id()
    case_id: int = id_of_case(index=True)
    author: str
    text: str
    salt: str
    """Of the text's digest in the audit chain."""
    at: datetime = Field(sa_type=Moment)


reviews = SQLModel.metadata.tables["reviews"]
flags = SQLModel.metadata.tables["flags"]
claims = SQLModel.metadata.tables["claims"]
skips = SQLModel.metadata.tables["skips"]
notes = SQLModel.metadata.tables["notes"]
