"""What people wrote under a card in Slack, so that each message is one note, however often told."""

from dataclasses import dataclass

from sqlalchemy import Connection, Update, delete, insert, select, update

from hitl.storage.database import Transaction
from hitl.storage.slack_copies import Place
from hitl.storage.tables import notes, slack_messages, thread_replies


@dataclass(frozen=True, slots=True)
class KnownReply:
    """A reply that was heard of."""

    version: str
    """Slack's timestamp of the edit that was heard last; empty for the message as it was sent."""
    note_id: int | None
    """None once the message is deleted, or the note erased."""
    author: str | None


def case_of_card(connection: Connection, place: Place) -> int | None:
    """The id of the case whose card stands there."""
    return connection.execute(
        select(slack_messages.c.case_id).where(
            slack_messages.c.channel == place.channel, slack_messages.c.ts == place.ts
        )
    ).scalar()


def known_reply(connection: Connection, place: Place) -> KnownReply | None:
    """What was heard of a reply; None for nothing yet."""
    row = connection.execute(
        select(thread_replies.c.version, thread_replies.c.note_id, notes.c.author)
        .outerjoin_from(thread_replies, notes, notes.c.id == thread_replies.c.note_id)
        .where(thread_replies.c.channel == place.channel, thread_replies.c.ts == place.ts)
    ).first()
    return None if row is None else KnownReply(row.version, row.note_id, row.author)


def keep_reply(
    tx: Transaction, case_id: int, place: Place, *, version: str, note_id: int | None
) -> None:
    """Remember a reply that nothing was heard of before; ``note_id`` None for a deleted one."""
    values = {"channel": place.channel, "ts": place.ts, "case_id": case_id}
    tx.connection.execute(insert(thread_replies), values | {"version": version, "note_id": note_id})


def write_note(tx: Transaction, case_id: int, *, author: str, text: str, salt: str) -> int:
    """The id of the new note."""
    values = {"case_id": case_id, "author": author, "text": text, "salt": salt, "at": tx.now}
    inserted = tx.connection.execute(insert(notes).returning(notes.c.id), values)
    note_id: int = inserted.scalar_one()
    return note_id


def rewrite_note(
    tx: Transaction, place: Place, *, note_id: int, text: str, salt: str, version: str
) -> None:
    """The note says what the edited message says."""
    tx.connection.execute(update(notes).where(notes.c.id == note_id).values(text=text, salt=salt))
    tx.connection.execute(_row(place).values(version=version))


def forget_note(tx: Transaction, place: Place, *, note_id: int) -> None:
    """The note goes with its message; that there was one is remembered."""
    tx.connection.execute(_row(place).values(note_id=None))
    tx.connection.execute(delete(notes).where(notes.c.id == note_id))


def _row(place: Place) -> Update:
    return update(thread_replies).where(
        thread_replies.c.channel == place.channel, thread_replies.c.ts == place.ts
    )
