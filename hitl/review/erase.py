"""Taking out what people wrote or are, of a case that is done: label, scores and chain stay."""

from dataclasses import replace

from hitl.blindness import awaits_people
from hitl.cases import Case
from hitl.errors import HitlError
from hitl.lifecycle import WAITING
from hitl.review.record import record_event, update_card
from hitl.review.withdraw import withdraw
from hitl.storage.checks import change_check
from hitl.storage.database import Transaction
from hitl.storage.erasure import copies_of, slack_files, wipe
from hitl.storage.known_answers import retire_answer
from hitl.storage.label_marks import mark_label
from hitl.storage.outbox import FILES_LANE, Kind, put
from hitl.storage.queries import case_to_change
from hitl.vocabulary import CheckState


class EraseRefused(HitlError):
    """The case keeps its content; the message says why."""

    def __init__(self, case_id: int, why: str) -> None:
        super().__init__(f"Case {case_id} can't be erased: {why}.")
        self.case_id = case_id


def erase(tx: Transaction, case_id: int, *, by: str) -> bool:
    """Whether there was something to erase; copies that were made to be served go with it.

    Its card says so, its files leave Slack, and readers of labels are told. Raises
    ``EraseRefused`` while people are asked, and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    if case.state in WAITING:
        raise EraseRefused(case_id, "people are asked about it; withdraw it first")
    if case.erased:
        return False
    retire_answer(tx, case_id)
    for erased_id in (*copies_of(tx.connection, case_id), case_id):
        if awaits_people(case_to_change(tx.connection, erased_id)):
            withdraw(tx, erased_id, by=by, from_people=True)  # nothing is left to answer by
        _erase(tx, case_to_change(tx.connection, erased_id), by=by)
    return True


def _erase(tx: Transaction, case: Case, *, by: str) -> None:
    files = slack_files(tx.connection, case.id)
    wipe(tx, case.id)
    # Adjudicators would have nothing left to settle it by.
    ended = {"state": CheckState.WITHDRAWN, "settled_at": tx.now}
    change_check(tx, case.id, ended, still=CheckState.DISPUTED)
    mark_label(tx, case.id)
    record_event(tx, case.id, event="erased", actor=by, data={})
    if files:
        put(
            tx,
            kind=Kind.FILE_REMOVAL,
            stream=f"pictures:{case.id}",
            lane=FILES_LANE,
            case_id=case.id,
            use_case=case.use_case,
            payload={"files": files},
        )
    update_card(tx, replace(case, erased=True))
