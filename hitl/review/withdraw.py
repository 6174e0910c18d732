"""Taking a case back before anyone decided it."""

from collections.abc import Iterable
from dataclasses import replace

from hitl.cases import Case, Note
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.record import record_event, record_words, update_card
from hitl.review.vote import close_case, refuse_unless_open
from hitl.storage.database import Transaction
from hitl.storage.queries import case_by_id
from hitl.vocabulary import CaseState


def withdraw(
    tx: Transaction,
    case_id: int,
    *,
    by: str,
    reason: str | None = None,
    response_url: str | None = None,
    webhooks: Iterable[str] = (),
) -> Case:
    """The case, withdrawn; withdrawing it again changes nothing.

    ``webhooks`` are told beside the case's own ``callback_url``: those of its use case, which may
    have left the policy. Raises ``AlreadyDecided`` and ``CaseNotFound``.
    """
    case = case_by_id(tx.connection, case_id)
    if case.state is CaseState.WITHDRAWN:
        return case
    if not close_case(tx, case_id, to=CaseState.WITHDRAWN):
        case = case_by_id(tx.connection, case_id)
        if case.state is not CaseState.WITHDRAWN:
            refuse_unless_open(case)
        return case
    words = None if reason is None else record_words(tx, case_id, author=by, text=reason)
    record_event(tx, case_id, event="withdrawn", actor=by, data={}, words=words)
    noted = () if reason is None else (Note(author=by, text=reason, at=tx.now),)
    withdrawn = replace(case, state=CaseState.WITHDRAWN, notes=case.notes + noted)
    update_card(tx, withdrawn, response_url=response_url)
    targets = (case.callback_url, *webhooks)
    tell_callers(tx, withdrawn, CaseEvent.WITHDRAWN, targets=targets)
    return withdrawn
