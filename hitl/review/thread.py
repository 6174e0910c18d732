"""What people write under a card becomes notes on its case, and follows what they do to it.

Slack tells of a message once or a dozen times, in any order: each state of it counts once, an
older one never undoes a newer one.
"""

from dataclasses import dataclass

from hitl.audit import words_digest
from hitl.review.record import record_event, update_card
from hitl.storage.database import Transaction
from hitl.storage.queries import case_to_change
from hitl.storage.slack_copies import Place
from hitl.storage.thread_replies import (
    forget_note,
    keep_reply,
    known_reply,
    rewrite_note,
    write_note,
)

SLACK = "slack"
"""The actor where Slack does not say who it was."""


@dataclass(frozen=True, slots=True)
class Reply:
    """A message under a card, as its author last left it."""

    place: Place
    author: str
    text: str
    version: str = ""
    """Slack's timestamp of its latest edit; timestamps sort as text."""


def note_reply(tx: Transaction, case_id: int, reply: Reply) -> bool:
    """Whether the case's notes changed, as those of an erased one don't any more.

    Raises ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    if case.erased:
        return False
    known = known_reply(tx.connection, reply.place)
    salt = tx.salt()
    if known is None:
        note_id = write_note(tx, case_id, author=reply.author, text=reply.text, salt=salt)
        keep_reply(tx, case_id, reply.place, version=reply.version, note_id=note_id)
        event = "note_added"
    elif known.note_id is not None and known.version < reply.version:
        rewrite_note(
            tx, reply.place, note_id=known.note_id, text=reply.text, salt=salt,
            version=reply.version,
        )  # fmt: skip
        event = "note_changed"
    else:
        return False
    words = words_digest(reply.text, salt=salt)
    record_event(tx, case_id, event=event, actor=reply.author, data={}, words=words)
    update_card(tx, case)
    return True


def forget_reply(tx: Transaction, case_id: int, place: Place) -> bool:
    """Whether a note went with the deleted message; raises ``CaseNotFound``."""
    case = case_to_change(tx.connection, case_id)
    known = known_reply(tx.connection, place)
    if known is None:
        keep_reply(tx, case_id, place, version="", note_id=None)
    if known is None or known.note_id is None:
        return False
    forget_note(tx, place, note_id=known.note_id)
    record_event(tx, case_id, event="note_removed", actor=SLACK, data={"author": known.author})
    update_card(tx, case)
    return True
