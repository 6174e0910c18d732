"""Every table, once; the constraints here are what makes "exactly one outcome" true."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    UniqueConstraint,
    text,
)
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment

# SQLite counts rows only in a column declared exactly INTEGER PRIMARY KEY.
_BigId = BigInteger().with_variant(Integer(), "sqlite")
# Plain JSON on PostgreSQL too: JSONB would reorder what callers get echoed back.
# none_as_null: an absent value is NULL, never the JSON text "null".
_Json = JSON(none_as_null=True)


# To be written out in a query, too: SQLite takes a partial index for no parameter.
AWAITS_DEADLINE = text("state = 'open' AND NOT is_overdue")
AWAITS_PEOPLE = text("state IN ('open', 'disputed')")


def _id() -> Any:
    return Field(default=None, sa_column=Column(_BigId, primary_key=True, autoincrement=True))


def _case_id(**column: Any) -> Any:
    return Field(sa_type=BigInteger, foreign_key="cases.id", **column)


def _json(*, nullable: bool = True) -> Any:
    return Field(default=None, sa_column=Column(_Json, nullable=nullable))


class SchemaVersion(SQLModel, table=True):
    """One row: how far the tables are, and the oldest code that can still work with them."""

    __tablename__ = "schema_version"

    id: int = Field(primary_key=True)
    version: int
    minimum_compatible: int


class PolicyVersion(SQLModel, table=True):
    """A use case's policy as it stood, by content hash, so that a number can name its rules."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("use_case", "version"),)

    id: int | None = _id()
    use_case: str
    version: str
    content: dict[str, Any] = _json(nullable=False)
    first_used_at: datetime = Field(sa_type=Moment)


class CaseRow(SQLModel, table=True):
    """One item submitted; what is personal lives in ``case_contents``."""

    __tablename__ = "cases"
    __table_args__ = (
        UniqueConstraint("use_case", "key"),
        Index("ix_cases_state", "use_case", "state", "id"),
        Index("ix_cases_submitted", "use_case", "submitted_at"),
        Index("ix_cases_decided", "use_case", "decided_at"),
        Index(
            "ix_cases_deadline",
            "use_case",
            "state",
            "submitted_at",
            sqlite_where=AWAITS_DEADLINE,
            postgresql_where=AWAITS_DEADLINE,
        ),
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

    id: int | None = _id()
    use_case: str
    key: str
    fingerprint: str
    """SHA-256 of the request's canonical JSON: the same key with other content is refused."""
    state: str
    route_to: str
    route_reason: str
    routed_by: str
    """``policy``; ``caller`` where the caller had already decided that people must look; ``person``
    where somebody sent it who is no caller: then it is no prediction.
    """
    label: str
    confidence: float | None = None
    scores: dict[str, float] = _json(nullable=False)
    margin: float
    """How far the top score is above the second; people are served the smallest first."""
    model: str | None = None
    policy_version: str
    draw: float
    audit_rate: float
    callback_url: str | None = None
    submitted_at: datetime = Field(sa_type=Moment)
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the current outcome was stored."""
    steps_taken_seconds: int = Field(default=0, sa_type=BigInteger)
    """Steps of its deadline that are due up to here after submission are past."""
    is_overdue: bool = False
    """The end of its deadline has come and left it open."""
    events: int
    """How many its audit chain has, so that one cut short shows."""


class CaseContent(SQLModel, table=True):
    """What a person wrote or is, apart from the case so that it can leave alone."""

    __tablename__ = "case_contents"

    case_id: int = _case_id(primary_key=True)
    title: str | None = None
    text: str | None = None
    reason: str | None = None
    evidence: list[dict[str, Any]] | None = _json()
    ask: dict[str, Any] | None = _json()
    # An explicit JSON null in metadata is echoed back as null, which is what NULL reads as.
    caller_metadata: Any = _json()
    salt: str | None = None
    """Of the digest that the audit chain holds; erased together with the rest."""


class Picture(SQLModel, table=True):
    """An uploaded picture; ``slack_file`` is set once the workspace holds a copy."""

    __tablename__ = "pictures"

    id: int | None = _id()
    case_id: int = _case_id(index=True)
    title: str
    media_type: str
    content: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    slack_file: str | None = None


class OutcomeRow(SQLModel, table=True):
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
    )

    id: int | None = _id()
    case_id: int = _case_id()
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


class ReviewRow(SQLModel, table=True):
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
        Index("ix_reviews_reviewer", "reviewer", "at"),
    )

    id: int | None = _id()
    case_id: int = _case_id()
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


class FlagRow(SQLModel, table=True):
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
    )

    id: int | None = _id()
    case_id: int = _case_id()
    set_at: datetime = Field(sa_type=Moment)
    asked_at: datetime | None = Field(default=None, sa_type=Moment)
    """When the reviewers were called to a second look."""
    ended_at: datetime | None = Field(default=None, sa_type=Moment)
    end: str | None = None
    """``cleared``, ``turned`` or ``undone``."""


class ClaimRow(SQLModel, table=True):
    """Who looks at a case, and until when it is kept for them; it says nothing once decided."""

    __tablename__ = "claims"
    __table_args__ = (Index("ix_claims_reviewer", "reviewer", "until"),)

    case_id: int = _case_id(primary_key=True)
    reviewer: str
    claimed_at: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)


class SkipRow(SQLModel, table=True):
    """That a person would rather not decide a case; it is not served to them for a while."""

    __tablename__ = "skips"
    __table_args__ = (Index("ix_skips_reviewer", "reviewer", "case_id", "at"),)

    id: int | None = _id()
    case_id: int = _case_id()
    reviewer: str
    reason: str
    at: datetime = Field(sa_type=Moment)


class NoteRow(SQLModel, table=True):
    """What a person wrote on a case."""

    __tablename__ = "notes"

    id: int | None = _id()
    case_id: int = _case_id(index=True)
    author: str
    text: str
    salt: str
    """Of the text's digest in the audit chain."""
    at: datetime = Field(sa_type=Moment)


class AuditEvent(SQLModel, table=True):
    """What happened to a case, in order; written in the same transaction as the change.

    The events of a case are a chain: ``hitl.audit`` says what ``hash`` covers.
    """

    __tablename__ = "audit_events"
    __table_args__ = (UniqueConstraint("case_id", "position"),)

    id: int | None = _id()
    case_id: int = _case_id()
    position: int
    """From 1 in each case."""
    type: str
    actor: str
    at: datetime = Field(sa_type=Moment)
    data: dict[str, Any] = _json(nullable=False)
    words: str | None = None
    """The salted digest of what a person wrote with it."""
    previous: str | None = None
    hash: str


class CheckpointRow(SQLModel, table=True):
    """One hash over every chain up to the event ``through``."""

    __tablename__ = "checkpoints"

    id: int | None = _id()
    at: datetime = Field(sa_type=Moment)
    through: int = Field(sa_type=BigInteger)
    cases: int = Field(sa_type=BigInteger)
    """How many chains there were."""
    hash: str


class TruthRow(SQLModel, table=True):
    """What turned out to be right, learned later; the newest row of a case counts."""

    __tablename__ = "truths"

    id: int | None = _id()
    case_id: int = _case_id(index=True)
    label: str
    source: str
    at: datetime = Field(sa_type=Moment)


class Tally(SQLModel, table=True):
    """Predictions that stood by themselves where they were made, counted by the caller."""

    __tablename__ = "tallies"
    __table_args__ = (
        UniqueConstraint("use_case", "key", "position"),
        Index("ix_tallies_until", "use_case", "until"),
    )

    id: int | None = _id()
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


class OutboxRow(SQLModel, table=True):
    """Something that must be sent; written by the verb that makes it true, deleted by nobody.

    Rows of one ``stream`` are sent in order of id: a row waits while an earlier one is unsent.
    Rows of one ``lane`` share a rate limit of the receiving side.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_lane_waiting",
            "lane",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_stream_waiting",
            "stream",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
    )

    id: int | None = _id()
    stream: str
    lane: str
    kind: str
    case_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="cases.id")
    use_case: str
    payload: dict[str, Any] = _json(nullable=False)
    state: str = "waiting"
    attempts: int = 0
    due_at: datetime = Field(sa_type=Moment)
    """Not to be taken before; taking a row moves this to the end of its lease."""
    leased_by: str | None = None
    created_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    last_error: str | None = None


class SlackMessage(SQLModel, table=True):
    """Where a case's card stands in Slack; one card a case."""

    __tablename__ = "slack_messages"
    __table_args__ = (Index("ix_slack_messages_place", "channel", "ts"),)

    case_id: int = _case_id(primary_key=True)
    channel: str
    ts: str
    posted_at: datetime = Field(sa_type=Moment)


class ThreadReply(SQLModel, table=True):
    """A message somebody wrote under a card: the key makes it one note, however often it is told.

    It stays when its note is gone, so that a message told late does not bring the note back.
    """

    __tablename__ = "thread_replies"

    channel: str = Field(primary_key=True)
    ts: str = Field(primary_key=True)
    case_id: int = _case_id()
    version: str
    """Slack's timestamp of the latest edit; empty for the message as it was sent."""
    note_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("notes.id", ondelete="SET NULL"))
    )


class QueueCardRow(SQLModel, table=True):
    """A message that stands for waiting cases which are too many for a card each.

    The partial index allows one open queue card for a use case in a channel.
    """

    __tablename__ = "queue_cards"
    __table_args__ = (
        Index(
            "ux_queue_cards_open",
            "use_case",
            "channel",
            unique=True,
            sqlite_where=text("closed_at IS NULL"),
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: int | None = _id()
    use_case: str
    channel: str
    """As the policy named it; ``slack_channel`` is where the message got to."""
    opened_at: datetime = Field(sa_type=Moment)
    closed_at: datetime | None = Field(default=None, sa_type=Moment)
    slack_channel: str | None = None
    ts: str | None = None
    told_open: int
    """What the message was last told to show, and when."""
    told_oldest_at: datetime | None = Field(default=None, sa_type=Moment)
    told_at: datetime = Field(sa_type=Moment)


class Pace(SQLModel, table=True):
    """When a lane, or everything for one receiver, may be used; shared by all who deliver."""

    __tablename__ = "paces"

    name: str = Field(primary_key=True)
    free_at: datetime = Field(sa_type=Moment)
    """When the lane would be idle if everything taken so far had kept its interval."""
    held_until: datetime = Field(sa_type=Moment)
    """Nothing goes before: the receiving side asked for it."""


class ScheduleRun(SQLModel, table=True):
    """That a job ran for a moment of its timetable: unique, so it can happen once."""

    __tablename__ = "schedule_runs"
    __table_args__ = (UniqueConstraint("job", "fire_at"),)

    id: int | None = _id()
    job: str
    fire_at: datetime = Field(sa_type=Moment)
    ran_at: datetime = Field(sa_type=Moment)


# The same tables for Core statements, which the verbs are written in.
_tables = SQLModel.metadata.tables
audit_events = _tables["audit_events"]
case_contents = _tables["case_contents"]
cases = _tables["cases"]
checkpoints = _tables["checkpoints"]
claims = _tables["claims"]
flags = _tables["flags"]
notes = _tables["notes"]
outbox = _tables["outbox"]
outcomes = _tables["outcomes"]
paces = _tables["paces"]
pictures = _tables["pictures"]
policy_versions = _tables["policy_versions"]
queue_cards = _tables["queue_cards"]
reviews = _tables["reviews"]
schedule_runs = _tables["schedule_runs"]
schema_version = _tables["schema_version"]
skips = _tables["skips"]
slack_messages = _tables["slack_messages"]
tallies = _tables["tallies"]
thread_replies = _tables["thread_replies"]
truths = _tables["truths"]
