"""Putting another outcome in the place of one that stands, for a reason found later."""

from dataclasses import replace

from hitl.cases import Case, Outcome, Overruled
from hitl.policy.use_case import UseCase
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.record import record_event, record_outcome
from hitl.storage.database import Transaction
from hitl.storage.votes import decided_again, next_revision, retire_outcome
from hitl.vocabulary import By, Verdict


def revise(
    tx: Transaction,
    case: Case,
    label: str,
    *,
    by: str,
    use_case: UseCase,
    verdict: Verdict | None = None,
    note: str | None = None,
) -> Case:
    """The case with ``label`` standing, which callers are told; as it is where it stands already.

    A case that is not decided yet is left to whoever decides it.
    """
    before = case.outcome
    if before is None or before.label == label:
        return case
    verdict = verdict or use_case.verdict_for(label, case.label)
    outcome = Outcome(
        verdict=verdict,
        label=label,
        by=By.REVIEWER,
        reviewer=by,
        note=note,
        decided_at=tx.now,
        revision=next_revision(tx.connection, case.id),
        flagged=verdict is Verdict.FLAG,
        overruled=Overruled(before.verdict, before.label, before.by, before.reviewer),
    )
    retire_outcome(tx, case.id)
    decided_again(tx, case.id)
    record_outcome(tx, case.id, outcome)
    data = {"verdict": verdict, "label": label, "instead_of": before.label}
    record_event(tx, case.id, event="revised", actor=by, data=data)
    revised = replace(case, outcome=outcome)
    targets = (case.callback_url, *use_case.webhooks)
    tell_callers(tx, revised, CaseEvent.REVISED, targets=targets)
    return revised
