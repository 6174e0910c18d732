"""Where things stand in Slack."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, ForeignKey, Index, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, row_id


class SlackMessage(Row, table=True):
    """Where a case's card stands in Slack; one card a case."""

    __tablename__ = "slack_messages"
    __table_args__ = (Index("ix_slack_messages_place", "channel", "ts"),)

    case_id: int = id_of_case(primary_key=True)
    channel: str
    ts: str
    posted_at: datetime = Field(sa_type=Moment)


class ThreadReply(Row, table=True):
    """A message somebody wrote under a card: the key makes it one note, however often it is told.

    It stays when its note is gone, so that a message told late does not bring the note back.
    """

    __tablename__ = "thread_replies"
    __table_args__ = (Index("ix_thread_replies_note", "note_id"),)

    channel: str = Field(primary_key=True)
    ts: str = Field(primary_key=True)
    case_id: int = id_of_case()
    version: str
    """Slack's timestamp of the latest edit; empty for the message as it was sent."""
    note_id: int | None = Field(
        default=None, sa_column=Column(BigInteger, ForeignKey("notes.id", ondelete="SET NULL"))
    )


class QueueCardRow(Row, table=True):
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

    id: int | None = row_id()
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


slack_messages = SQLModel.metadata.tables["slack_messages"]
thread_replies = SQLModel.metadata.tables["thread_replies"]
queue_cards = SQLModel.metadata.tables["queue_cards"]
