"""What people tell each other on a case; none of it decides."""

from dataclasses import replace

from hitl.blindness import as_seen
from hitl.cases import Case, Note
from hitl.policy.use_case import UseCase
from hitl.review.record import record_event, record_words, reply_in_thread, update_card
from hitl.review.refusals import refuse_erased, refuse_unless_open
from hitl.review.telling import tell_of_hand_over
from hitl.storage.database import Transaction
from hitl.storage.queries import case_to_change


def add_note(tx: Transaction, case_id: int, *, author: str, text: str) -> Case:
    """The case with the note; decided and withdrawn cases take notes too, erased ones none.

    Raises ``CaseErased`` and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    refuse_erased(case)
    words = record_words(tx, case_id, author=author, text=text)
    record_event(tx, case_id, event="note_added", actor=author, data={}, words=words)
    noted = replace(case, notes=(*case.notes, Note(author=author, text=text, at=tx.now)))
    update_card(tx, noted)
    return noted


def hand_over(tx: Transaction, case_id: int, *, by: str, to: str, use_case: UseCase) -> Case:
    """Ask one person by name, in the case's thread; anyone who may decide still can.

    Raises ``AlreadyDecided`` and ``CaseWithdrawn``.
    """
    case = case_to_change(tx.connection, case_id)
    refuse_unless_open(as_seen(case, use_case=use_case))
    record_event(tx, case_id, event="handed_over", actor=by, data={"to": to})
    payload = {"says": "handed_over", "by": by, "to": to}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)
    tell_of_hand_over(tx, case, by=by, to=to)
    return case
