"""Who else is asked of a case than people in Slack: second models, and whom the case is about."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, id_of_case, metadata, optional, required, row_id

strategy_steps = Table(
    "strategy_steps",
    metadata,
    row_id(),
    id_of_case(),
    # The step's place in its chain, from 0.
    required("position", Integer),
    required("kind", String),
    # The step as the policy had it.
    required("rule", ANY_JSON),  # dict[str, Any]
    # The steps after it.
    required("rest", ANY_JSON),  # list[dict[str, Any]]
    required("began_at", Moment),
    required("until", Moment),
    optional("ended_at", Moment),
    # Whether it decided the case; None while it is under way.
    optional("stood", Boolean),
    # What it came to, in words that hold nothing a person wrote.
    optional("why", String),
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
"""A step of a case's chain that was begun; the partial index allows one at a time.

It holds the chain as it was when the case came in, so that a changed policy moves nobody who
is being asked.
"""

opinions = Table(
    "opinions",
    metadata,
    row_id(),
    id_of_case(),
    required("step_id", BigInteger, ForeignKey("strategy_steps.id")),
    # Its place in the step, from 0.
    required("endpoint", Integer),
    # What people read.
    required("model", String),
    required("asked_at", Moment),
    # How many requests were made: each costs.
    required("calls", Integer, default=0),
    # When it answered, or was given up.
    optional("answered_at", Moment),
    # None for one that gave no opinion; ``failure`` says why.
    optional("label", String),
    optional("confidence", Float),
    optional("scores", ANY_JSON),  # dict[str, float]
    # The model's own words about the item; erased with the item.
    optional("reason", String),
    optional("failure", String),
    UniqueConstraint("step_id", "endpoint"),
    Index("ix_opinions_case", "case_id"),
    Index("ix_opinions_asked", "asked_at"),
)
"""One endpoint of a second-model step: what was asked of it, and what it said."""

questions = Table(
    "questions",
    metadata,
    row_id(),
    id_of_case(),
    # ``choice``, of a label; or ``feedback``: was the AI right?
    required("kind", String),
    # Who is asked; personal, and erased with the item. None where no direct message goes out.
    optional("slack_user", String),
    required("wording", String),
    # What the buttons of labels say, where the policy says so.
    optional("words", ANY_JSON),  # dict[str, str]
    # None while it is not its turn yet, or never was.
    optional("asked_at", Moment),
    optional("until", Moment),
    required("salt", String),
    # SHA-256 of the token that answers once; empty for feedback, which needs none.
    required("token_hash", String),
    # Whether feedback that names another label puts that in place of the AI's.
    required("revise", Boolean, default=False),
    optional("slack_channel", String),
    # Where the message stands, once it does.
    optional("slack_ts", String),
    optional("answered_at", Moment),
    # ``label`` or ``declined``; of feedback ``right`` or ``wrong``.
    optional("answer", String),
    optional("label", String),
    optional("answered_by", String),
    # ``slack`` or ``api``.
    optional("via", String),
    # Whether the answer decided or revised the case.
    optional("counted", Boolean),
    UniqueConstraint("case_id", "kind"),
    Index("ix_questions_asked", "asked_at"),
)
"""What a person is asked who is no reviewer, or what feedback is asked of an answer.

One of each kind a case; ``answered_at`` is set once, whatever became of the case by then.
"""
