"""Taking back one's own decision, within the time that the policy gives."""

from dataclasses import replace
from datetime import datetime

from hitl.blindness import apart_check, as_seen
from hitl.cases import Case, Outcome
from hitl.consensus import Disputed, Vote, consensus
from hitl.errors import HitlError
from hitl.policy.lengths import length_of
from hitl.policy.use_case import UseCase
from hitl.review.apart import take_back_answer
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.record import post_card, record_event, update_card
from hitl.review.refusals import refuse_erased
from hitl.storage.checks import reopen_check
from hitl.storage.claims import drop_claim
from hitl.storage.database import Transaction
from hitl.storage.flags import FlagEnd, end_watch
from hitl.storage.known_answers import retire_answer
from hitl.storage.queries import case_by_id, case_to_change
from hitl.storage.votes import mark_undone, reopen, retire_outcome, standing_votes
from hitl.vocabulary import CaseState


class UndoRefused(HitlError):
    """Nothing was taken back; the message says why not."""

    def __init__(self, case_id: int, why: str) -> None:
        super().__init__(f"Case {case_id} can't be undone: {why}.")
        self.case_id = case_id


def undo(
    tx: Transaction, case_id: int, *, by: str, use_case: UseCase, response_url: str | None = None
) -> Case:
    """The case, which waits again; its outcome is kept, but stands no more.

    A vote that has settled nothing yet is taken back the same way, and callers hear nothing of
    it; of an outcome they are told ``case.revised``, with the case open and without an outcome.
    Raises ``UndoRefused``, ``CaseErased`` and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    refuse_erased(case)
    seen = as_seen(case, use_case=use_case)
    if seen.state is CaseState.OPEN:
        return _take_back_vote(tx, case, by=by, use_case=use_case, response_url=response_url)
    undone = _own_fresh_outcome(tx, seen, by=by, use_case=use_case)
    check = case.check
    if check is not None and check.settled_by not in {None, by}:
        raise UndoRefused(case_id, "somebody else has looked at it since")
    if apart_check(case) is not None:
        return take_back_answer(
            tx, case, undone, by=by, use_case=use_case, response_url=response_url
        )
    if not mark_undone(tx, case_id, reviewer=by):
        raise UndoRefused(case_id, "it was not decided by a vote")
    retire_outcome(tx, case_id)
    end_watch(tx, case_id, end=FlagEnd.UNDONE)
    retire_answer(tx, case_id)
    reopen_check(tx, case_id)
    state = _state_of(tx, case_id)
    reopen(tx, case_id, to=state)
    # Or their next vote would seem to have taken all the time since they first looked.
    drop_claim(tx, case_id, reviewer=by)
    data = {"verdict": case.outcome and case.outcome.verdict, "label": undone.label}
    record_event(tx, case_id, event="undone", actor=by, data=data)
    votes = len(standing_votes(tx.connection, case_id))
    check = None if check is None else case_by_id(tx.connection, case_id).check
    waiting = replace(case, state=state, outcome=None, votes=votes, check=check)
    if not case.has_card:
        # Decided before it got a card: now it needs one.
        post_card(tx, case_id, use_case=use_case.name, channel=use_case.channel)
    update_card(tx, waiting, response_url=response_url)
    targets = (case.callback_url, *use_case.webhooks)
    tell_callers(tx, waiting, CaseEvent.REVISED, targets=targets)
    return waiting


def _take_back_vote(
    tx: Transaction, case: Case, *, by: str, use_case: UseCase, response_url: str | None
) -> Case:
    own = [cast for cast in standing_votes(tx.connection, case.id) if cast.reviewer == by]
    if not own:
        raise UndoRefused(case.id, "it is open, not decided")
    _refuse_late(tx, case, since=own[0].at, use_case=use_case)
    mark_undone(tx, case.id, reviewer=by)
    record_event(tx, case.id, event="vote_undone", actor=by, data={})
    waiting = replace(case, votes=case.votes - 1)
    update_card(tx, waiting, response_url=response_url)
    return waiting


def _refuse_late(tx: Transaction, case: Case, *, since: datetime, use_case: UseCase) -> None:
    within = length_of(use_case.undo_within)
    if not within:
        raise UndoRefused(case.id, "the policy gives no time for that")
    if tx.now > since + within:
        raise UndoRefused(case.id, f"that is possible for {use_case.undo_within} only")


def _state_of(tx: Transaction, case_id: int) -> CaseState:
    """Where the case waits with the votes that are left."""
    cast = standing_votes(tx.connection, case_id)
    votes = [Vote(one.reviewer, one.verdict, one.label) for one in cast]
    result = consensus(votes, needed=len(votes) + 1)
    return CaseState.DISPUTED if isinstance(result, Disputed) else CaseState.OPEN


def _own_fresh_outcome(tx: Transaction, case: Case, *, by: str, use_case: UseCase) -> Outcome:
    outcome = case.outcome
    if case.state is not CaseState.DECIDED or outcome is None:
        raise UndoRefused(case.id, f"it is {case.state}, not decided")
    if outcome.reviewer != by:
        raise UndoRefused(case.id, "somebody else decided it")
    if outcome.overruled is not None:
        raise UndoRefused(case.id, "it was overruled; overrule it once more")
    _refuse_late(tx, case, since=outcome.decided_at, use_case=use_case)
    return outcome
