"""Who else is asked of a case than people in Slack: second models, and whom the case is about."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, json_column, row_id


class StepRow(Row, table=True):
    """A step of a case's chain that was begun; the partial index allows one at a time.

    It holds the chain as it was when the case came in, so that a changed policy moves nobody who
    is being asked.
    """

    __tablename__ = "strategy_steps"
    __table_args__ = (
        UniqueConstraint("case_id", "position"),
        Index(
            "ux_strategy_steps_running",
            "case_id",
            unique=True,
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
        Index(
            "ix_strategy_steps_until",
            "until",
            sqlite_where=text("ended_at IS NULL"),
            postgresql_where=text("ended_at IS NULL"),
        ),
    )

    id: int | None = row_id()
    case_id: int = id_of_case()
    position: int
    """The step's place in its chain, from 0."""
    kind: str
    rule: dict[str, Any] = json_column(nullable=False)
    """The step as the policy had it."""
    rest: list[dict[str, Any]] = json_column(nullable=False)
    """The steps after it."""
    began_at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    stood: bool | None = None
    """Whether it decided the case; None while it is under way."""
    why: str | None = None
    """What it came to, in words that hold nothing a person wrote."""


class OpinionRow(Row, table=True):
    """One endpoint of a second-model step: what was asked of it, and what it said."""

    __tablename__ = "opinions"
    __table_args__ = (
        UniqueConstraint("step_id", "endpoint"),
        Index("ix_opinions_case", "case_id"),
        Index("ix_opinions_asked", "asked_at"),
    )

    id: int | None = row_id()
    case_id: int = id_of_case()
    step_id: int = Field(sa_type=BigInteger, foreign_key="strategy_steps.id")
    endpoint: int
    """Its place in the step, from 0."""
    model: str
    """What people read."""
    asked_at: datetime = Field(sa_type=Moment)
    calls: int = 0
    """How many requests were made: each costs."""
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    """When it answered, or was given up."""
    label: str | None = None
    """None for one that gave no opinion; ``failure`` says why."""
    confidence: float | None = None
    scores: dict[str, float] | None = json_column()
    reason: str | None = None
    """The model's own words about the item; erased with the item."""
    failure: str | None = None


class QuestionRow(Row, table=True):
    """What a person is asked who is no reviewer, or what feedback is asked of an answer.

    One of each kind a case; ``answered_at`` is set once, whatever became of the case by then.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("case_id", "kind"),
        Index("ix_questions_asked", "asked_at"),
    )

    id: int | None = row_id()
    case_id: int = id_of_case()
    kind: str
    """``choice``, of a label; or ``feedback``: was the AI right?"""
    slack_user: str | None = None
    """Who is asked; personal, and erased with the item. None where no direct message goes out."""
    wording: str
    words: dict[str, str] | None = json_column()
    """What the buttons of labels say, where the policy says so."""
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    """None while it is not its turn yet, or never was."""
    until: datetime | None = Field(default=None, sa_type=Moment)
    salt: str
    token_hash: str
    """SHA-256 of the token that answers once; empty for feedback, which needs none."""
    revise: bool = False
    """Whether feedback that names another label puts that in place of the AI's."""
    slack_channel: str | None = None
    slack_ts: str | None = None
    """Where the message stands, once it does."""
    answered_at: datetime | None = Field(default=None, sa_type=Moment)
    answer: str | None = None
    """``label`` or ``declined``; of feedback ``right`` or ``wrong``."""
    label: str | None = None
    answered_by: str | None = None
    via: str | None = None
    """``slack`` or ``api``."""
    counted: bool | None = None
    """Whether the answer decided or revised the case."""


strategy_steps = SQLModel.metadata.tables["strategy_steps"]
opinions = SQLModel.metadata.tables["opinions"]
questions = SQLModel.metadata.tables["questions"]
