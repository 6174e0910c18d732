"""Blind checks: what people say of an item without seeing what the AI said of it."""

from datetime import datetime

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, row_id

IS_KNOWN_ANSWER = text("(kind = 'known')")
"""A check whose answer is known before: few of many."""


class CheckRow(Row, table=True):
    """A blind check; it hangs off a case whatever the case's state, and each answer is a review.

    ``audit``: the case is in the unbiased sample, and ``final_label`` of a settled one is the
    truth about it. ``known``: the case was made to be served, and its answer is known before.
    """

    __tablename__ = "checks"
    __table_args__ = (
        Index("ix_checks_state", "use_case", "state", "case_id", "kind"),
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

    id: int | None = row_id()
    case_id: int = id_of_case(unique=True)
    use_case: str
    kind: str
    """``audit`` or ``known``."""
    state: str
    """``open``, ``disputed`` (the answer is not the AI's), ``settled`` or ``withdrawn``."""
    is_apart: bool
    """The answer decides nothing by itself: the prediction goes another way than to reviewers."""
    known_label: str | None = None
    known_case_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="cases.id")
    """The case that a known one is a copy of."""
    reviewer: str | None = None
    verdict: str | None = None
    label: str | None = None
    seconds: float | None = None
    """As in the review that the answer is."""
    opened_at: datetime = Field(sa_type=Moment)
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    final_label: str | None = None
    """The answer where it was the AI's, or else what the adjudicators said."""
    settled_by: str | None = None
    """Whoever gave ``final_label``; ``deadline`` for one that was withdrawn by it."""
    settled_at: datetime | None = Field(default=None, sa_type=Moment)


class KnownAnswer(Row, table=True):
    """An item whose right label is known; copies of its case are served blind, to measure people.

    The case is one that a caller sent for this, or one that was adjudicated.
    """

    __tablename__ = "known_answers"
    __table_args__ = (Index("ix_known_answers", "use_case", "retired_at", "times_served"),)

    case_id: int = id_of_case(primary_key=True)
    use_case: str
    label: str
    times_served: int = 0
    added_at: datetime = Field(sa_type=Moment)
    retired_at: datetime | None = Field(default=None, sa_type=Moment)
    """Its answer is in doubt, or its content is gone: it is served no more."""


class KnownTurn(Row, table=True):
    """That a known answer is to be served among the cases of a use case, from ``due_at`` on."""

    __tablename__ = "known_turns"
    __table_args__ = (Index("ix_known_turns_due", "due_at"),)

    id: int | None = row_id()
    use_case: str
    due_at: datetime = Field(sa_type=Moment)
    draw: float
    """Uniform in [0, 1): which one it is."""


class PractisedRow(Row, table=True):
    """That a person was shown a known answer to practise on: it measures them no more."""

    __tablename__ = "practised"

    case_id: int = id_of_case(primary_key=True)
    person: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)
    """The last time."""


checks = SQLModel.metadata.tables["checks"]
known_answers = SQLModel.metadata.tables["known_answers"]
known_turns = SQLModel.metadata.tables["known_turns"]
practised = SQLModel.metadata.tables["practised"]
