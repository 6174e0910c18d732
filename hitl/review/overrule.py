"""Replacing an outcome that stands, with a reason; what stood before is kept."""

from dataclasses import replace

from hitl.blindness import apart_check, as_seen
from hitl.cases import Case, Note, Outcome, Overruled
from hitl.errors import HitlError
from hitl.policy.use_case import UseCase
from hitl.review.apart import turn
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.checks import settled
from hitl.review.record import (
    record_event,
    record_outcome,
    record_words,
    reply_in_thread,
    update_card,
)
from hitl.review.refusals import CaseWithdrawn, LabelUnknown, refuse_erased
from hitl.storage.database import Transaction
from hitl.storage.known_answers import retire_answer
from hitl.storage.queries import case_to_change
from hitl.storage.votes import decided_again, next_revision, retire_outcome
from hitl.vocabulary import By, CaseState, CheckState


class OverruleRefused(HitlError):
    """The outcome stays as it is; the message says why."""

    def __init__(self, case_id: int, why: str) -> None:
        super().__init__(f"Case {case_id} can't be overruled: {why}.")
        self.case_id = case_id


def overrule(
    tx: Transaction,
    case_id: int,
    *,
    label: str,
    by: str,
    reason: str,
    use_case: UseCase,
    response_url: str | None = None,
) -> Case:
    """The case with ``label`` standing, whoever or whatever had decided it before.

    Callers are told ``case.revised``. Raises ``OverruleRefused``, ``CaseWithdrawn``,
    ``LabelUnknown``, ``CaseErased`` and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    refuse_erased(case)
    seen = as_seen(case, use_case=use_case)
    before = _to_overrule(seen, label=label, reason=reason, use_case=use_case)
    if apart_check(case) is not None:
        return turn(
            tx,
            case,
            label,
            instead_of=before.label,
            by=by,
            reason=reason,
            use_case=use_case,
            response_url=response_url,
        )
    before = case.outcome or before  # with everything that is hidden from reviewers
    outcome = Outcome(
        verdict=use_case.verdict_for(label, case.label),
        label=label,
        by=By.REVIEWER,
        reviewer=by,
        note=reason,
        decided_at=tx.now,
        revision=next_revision(tx.connection, case_id),
        flagged=False,
        overruled=Overruled(before.verdict, before.label, before.by, before.reviewer),
    )
    retire_outcome(tx, case_id)
    decided_again(tx, case_id)
    record_outcome(tx, case_id, outcome)
    words = record_words(tx, case_id, author=by, text=reason)
    data = {"verdict": outcome.verdict, "label": label, "instead_of": before.label}
    record_event(tx, case_id, event="overruled", actor=by, data=data, words=words)
    noted = Note(author=by, text=reason, at=tx.now)
    revised = replace(case, outcome=outcome, notes=(*case.notes, noted))
    retire_answer(tx, case_id)
    if case.check is not None and case.check.state is CheckState.DISPUTED:
        revised = settled(tx, revised, label, by=by)
    update_card(tx, revised, response_url=response_url)
    reply_in_thread(tx, revised, channel=use_case.channel, payload={"says": "overruled"})
    targets = (case.callback_url, *use_case.webhooks)
    tell_callers(tx, revised, CaseEvent.REVISED, targets=targets)
    return revised


def _to_overrule(case: Case, *, label: str, reason: str, use_case: UseCase) -> Outcome:
    """The outcome that stands, once everything proved right."""
    if case.state is CaseState.WITHDRAWN:
        raise CaseWithdrawn(case.id)
    if label not in use_case.labels:
        raise LabelUnknown(label, list(use_case.labels))
    if case.outcome is None:
        raise OverruleRefused(case.id, "it is not decided")
    if label == case.outcome.label and not case.outcome.flagged:
        raise OverruleRefused(case.id, f"{label} stands already")
    if not reason.strip():
        raise OverruleRefused(case.id, "a reason is needed")
    return case.outcome
