"""Where things stand in Slack."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Table, text

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import id_of_case, key, metadata, optional, required, row_id

slack_messages = Table(
    "slack_messages",
    metadata,
    id_of_case(primary_key=True),
    required("channel", String),
    required("ts", String),
    required("posted_at", Moment),
    Index("ix_slack_messages_place", "channel", "ts"),
)
"""Where a case's card stands in Slack; one card a case."""

thread_replies = Table(
    "thread_replies",
    metadata,
    key("channel", String),
    key("ts", String),
    id_of_case(),
    # Slack's timestamp of the latest edit; empty for the message as it was sent.
    required("version", String),
    optional("note_id", BigInteger, ForeignKey("notes.id", ondelete="SET NULL")),
    Index("ix_thread_replies_note", "note_id"),
)
"""A message somebody wrote under a card: the key makes it one note, however often it is told.

It stays when its note is gone, so that a message told late does not bring the note back.
"""

queue_cards = Table(
    "queue_cards",
    metadata,
    row_id(),
    required("use_case", String),
    # As the policy named it; ``slack_channel`` is where the message got to.
    required("channel", String),
    required("opened_at", Moment),
    optional("closed_at", Moment),
    optional("slack_channel", String),
    optional("ts", String),
    # What the message was last told to show, and when.
    required("told_open", Integer),
    optional("told_oldest_at", Moment),
    required("told_at", Moment),
    Index(
        "ux_queue_cards_open",
        "use_case",
        "channel",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
)
"""A message that stands for waiting cases which are too many for a card each.

The partial index allows one open queue card for a use case in a channel.
"""
