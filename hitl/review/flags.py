"""A flagged outcome is watched: asked about again after a while, until it is cleared or turned."""

from dataclasses import replace

from hitl.blindness import apart_check, as_seen
from hitl.cases import Case
from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.review.apart import unflag
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.record import POLICY, record_event, record_outcome, reply_in_thread, update_card
from hitl.storage.database import Transaction
from hitl.storage.flags import FlagEnd, end_watch, mark_asked
from hitl.storage.queries import case_to_change
from hitl.storage.votes import next_revision, retire_outcome


class NotFlagged(HitlError):
    """There is no flag to clear."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Case {case_id} is not flagged any more.")
        self.case_id = case_id


def clear_flag(
    tx: Transaction, case_id: int, *, by: str, use_case: UseCase, response_url: str | None = None
) -> Case:
    """The case, with its decision as it was and the flag gone: a revision that callers are told.

    The outcome stays with whoever decided and when; who cleared it is in the history. Raises
    ``NotFlagged`` and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    seen = as_seen(case, use_case=use_case)
    if seen.outcome is None or not end_watch(tx, case_id, end=FlagEnd.CLEARED):
        raise NotFlagged(case_id)
    if apart_check(case) is not None or case.outcome is None:
        return unflag(tx, case, by=by, use_case=use_case, url=response_url)
    revision = next_revision(tx.connection, case_id)
    outcome = replace(case.outcome, flagged=False, revision=revision)
    retire_outcome(tx, case_id)
    record_outcome(tx, case_id, outcome)
    record_event(tx, case_id, event="flag_cleared", actor=by, data={"label": outcome.label})
    cleared = replace(case, outcome=outcome)
    update_card(tx, cleared, response_url=response_url)
    targets = (case.callback_url, *use_case.webhooks)
    tell_callers(tx, cleared, CaseEvent.REVISED, targets=targets)
    return cleared


def ask_to_recheck(tx: Transaction, case_id: int, *, use_case: UseCase) -> bool:
    """Call the reviewers to a second look, in the thread; False when that was done before."""
    case = case_to_change(tx.connection, case_id)
    if not mark_asked(tx, case_id):
        return False
    called = list(use_case.reviewers)
    record_event(tx, case_id, event="recheck_asked", actor=POLICY, data={"to": called})
    payload = {"says": "recheck", "called": called}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)
    return True
