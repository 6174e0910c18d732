"""Cases, what was sent with them, and their outcomes."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, json_column, row_id

# To be written out in a query, too: SQLite takes a partial index for no parameter.
AWAITS_PEOPLE = text("(state IN ('open', 'disputed') AND people_since IS NOT NULL OR awaits_check)")
AWAITS_DEADLINE = text(f"{AWAITS_PEOPLE.text} AND NOT is_overdue")
IS_OVERDUE = text(f"{AWAITS_PEOPLE.text} AND is_overdue")
IS_DOUBLE = text("(is_blind AND reviews_needed > 1)")
"""Two or more look at it, and none sees what another chose."""
STANDS_BY_OTHERS = text("(is_current AND \"by\" != 'ai')")
"""An outcome that stands and is not the AI's own: few of many."""


class CaseRow(Row, table=True):
    """One item submitted; what is personal lives in ``case_contents``."""

    __tablename__ = "cases"
    __table_args__ = (
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
        {"sqlite_autoincrement": True},  # an id named in Slack is never given to another case
    )

    id: int | None = row_id()
    use_case: str
    key: str
    fingerprint: str
    """SHA-256 of the request's canonical JSON: the same key with other content is refused.
    Empty once the content is erased, which it could be guessed from.
    """
    state: str
    route_to: str
    route_reason: str
    routed_by: str
    """``policy``; ``caller`` where the caller had already decided that people must look; ``edge``
    where it had routed by the policy itself; ``person`` where somebody sent it who is no caller:
    then it is no prediction.
    """
    label: str
    confidence: float | None = None
    calibrated: float | None = None
    """What the policy compared instead of the confidence, by the calibration that is named."""
    calibration_id: int | None = Field(default=None, sa_type=BigInteger)
    scores: dict[str, float] = json_column(nullable=False)
    margin: float
    """How far the top score is above the second; people are served the smallest first.

    That of a blind check is drawn, or its place in the order would tell what it is.
    """
    model: str | None = None
    policy_version: str
    draw: float
    audit_rate: float
    double_draw: float = 1.0
    """Uniform in [0, 1) and independent of ``draw``: under the policy's share, two people vote."""
    reviews_needed: int = 1
    """So many people must choose the same label."""
    is_blind: bool = False
    """People answer without seeing what the AI proposes."""
    awaits_check: bool = False
    """A blind check apart from the case's own decision waits for its answer."""
    callback_url: str | None = None
    submitted_at: datetime = Field(sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the current outcome was stored."""
    people_since: datetime | None = Field(default=None, sa_type=Moment)
    """When people were first asked; None while a model or the user is, and where nobody had to."""
    erased_at: datetime | None = Field(default=None, sa_type=Moment)
    """When everything that people wrote left it."""
    steps_taken_seconds: int = Field(default=0, sa_type=BigInteger)
    """Steps of its deadline that are due up to here after submission are past."""
    is_overdue: bool = False
    """The end of its deadline has come and left it open."""
    events: int
    """How many its audit chain has, so that one cut short shows."""


class CaseContent(Row, table=True):
    """What a person wrote or is, apart from the case so that it can leave alone."""

    __tablename__ = "case_contents"

    case_id: int = id_of_case(primary_key=True)
    title: str | None = None
    text: str | None = None
    reason: str | None = None
    evidence: list[dict[str, Any]] | None = json_column()
    ask: dict[str, Any] | None = json_column()
    # An explicit JSON null in metadata is echoed back as null, which is what NULL reads as.
    caller_metadata: Any = json_column()
    salt: str | None = None
    """Of the digest that the audit chain holds; erased together with the rest."""


class Picture(Row, table=True):
    """An uploaded picture; ``slack_file`` is set once the workspace holds a copy."""

    __tablename__ = "pictures"

    id: int | None = row_id()
    case_id: int = id_of_case(index=True)
    title: str
    media_type: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    slack_file: str | None = None


class OutcomeRow(Row, table=True):
    """Every outcome a case ever had; the partial index allows one current one."""

    __tablename__ = "outcomes"
    __table_args__ = (
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

    id: int | None = row_id()
    case_id: int = id_of_case()
    revision: int
    is_current: bool
    verdict: str
    label: str
    by: str
    reviewer: str | None = None
    note: str | None = None
    flagged: bool
    overrules: bool
    """Whether it took the place of the revision before it, which stood until then."""
    decided_at: datetime = Field(sa_type=Moment)


class TruthRow(Row, table=True):
    """What turned out to be right, learned later; the newest row of a case counts."""

    __tablename__ = "truths"

    id: int | None = row_id()
    case_id: int = id_of_case(index=True)
    label: str
    source: str
    at: datetime = Field(sa_type=Moment)


class Tally(Row, table=True):
    """Predictions that stood by themselves where they were made, counted by the caller."""

    __tablename__ = "tallies"
    __table_args__ = (
        UniqueConstraint("use_case", "key", "position"),
        Index("ix_tallies_until", "use_case", "until"),
    )

    id: int | None = row_id()
    use_case: str
    key: str
    fingerprint: str
    position: int
    """The row's place in its request; (use_case, key) names the request."""
    model: str | None = None
    label: str
    band_low: float
    band_high: float
    count: int = Field(sa_type=BigInteger)
    since: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)


cases = SQLModel.metadata.tables["cases"]
case_contents = SQLModel.metadata.tables["case_contents"]
pictures = SQLModel.metadata.tables["pictures"]
outcomes = SQLModel.metadata.tables["outcomes"]
truths = SQLModel.metadata.tables["truths"]
tallies = SQLModel.metadata.tables["tallies"]
