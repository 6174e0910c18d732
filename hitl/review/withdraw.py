"""Taking a case back before anyone decided it."""

from collections.abc import Iterable
from dataclasses import replace

from hitl.blindness import apart_check, as_seen
from hitl.cases import Case, Note
from hitl.review.apart import set_aside
from hitl.review.asking_people import end_chain
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.checks import dropped
from hitl.review.record import record_event, record_words, update_card
from hitl.review.refusals import refuse_unless_open
from hitl.review.vote import close_case
from hitl.storage.checks import await_check
from hitl.storage.database import Transaction
from hitl.storage.queries import case_by_id, case_to_change
from hitl.vocabulary import CaseState


def withdraw(
    tx: Transaction,
    case_id: int,
    *,
    by: str,
    reason: str | None = None,
    response_url: str | None = None,
    webhooks: Iterable[str] = (),
    from_people: bool = False,
) -> Case:
    """The case, withdrawn; withdrawing it again changes nothing.

    With ``from_people`` it is what people are asked that ends, which for a blind check is less
    than the case. ``webhooks`` are told beside the case's own ``callback_url``: those of its use
    case, which may have left the policy. Raises ``AlreadyDecided`` and ``CaseNotFound``.
    """
    case = case_by_id(tx.connection, case_id)
    if from_people and apart_check(case) is not None:
        return _check_withdrawn(tx, case_id, by=by, reason=reason, response_url=response_url)
    if case.state is CaseState.WITHDRAWN:
        return case
    position = close_case(tx, case_id, to=CaseState.WITHDRAWN)
    if position is None:
        case = case_by_id(tx.connection, case_id)
        if case.state is not CaseState.WITHDRAWN:
            refuse_unless_open(as_seen(case) if from_people else case)
        return case
    words = None if reason is None else record_words(tx, case_id, author=by, text=reason)
    record_event(tx, case_id, event="withdrawn", actor=by, data={}, words=words, position=position)
    noted = () if reason is None else (Note(author=by, text=reason, at=tx.now),)
    withdrawn = replace(case, state=CaseState.WITHDRAWN, notes=case.notes + noted)
    if case.check is not None:
        await_check(tx, case_id, awaited=False)
        withdrawn = dropped(tx, withdrawn)
    end_chain(tx, withdrawn, why="it was withdrawn")
    update_card(tx, withdrawn, response_url=response_url)
    targets = (case.callback_url, *webhooks)
    tell_callers(tx, withdrawn, CaseEvent.WITHDRAWN, targets=targets)
    return withdrawn


def _check_withdrawn(
    tx: Transaction, case_id: int, *, by: str, reason: str | None, response_url: str | None
) -> Case:
    case = case_to_change(tx.connection, case_id)
    seen = as_seen(case)
    if seen.state is CaseState.WITHDRAWN:
        return case
    refuse_unless_open(seen)
    return set_aside(tx, case, by=by, reason=reason, response_url=response_url)
