"""What a vote, an end and an adjudication mean for the blind check of a case.

Whatever decides a case that reviewers look at goes through ``follow``, so that the check's answer
is that very decision and nobody is asked twice.
"""

from dataclasses import replace
from typing import Any

from hitl.blindness import apart_check
from hitl.cases import Case, Check, Outcome
from hitl.policy.use_case import UseCase
from hitl.review.record import POLICY, record_event
from hitl.storage import outbox
from hitl.storage.checks import await_check, change_check, seconds_of
from hitl.storage.database import Transaction
from hitl.storage.known_answers import learn_answer
from hitl.vocabulary import By, CheckKind, CheckState, Verdict


def follow(tx: Transaction, case: Case, outcome: Outcome, *, event: str, use_case: UseCase) -> Case:
    """The decided case, with its check as this leaves it."""
    if event == "adjudicated":
        learn_answer(tx, case.id, use_case=case.use_case, label=outcome.label)
    check = case.check
    if check is None or apart_check(case) is not None:
        return case
    if check.is_apart:
        await_check(tx, case.id, awaited=False)
    if outcome.by is not By.REVIEWER or outcome.reviewer is None:
        return dropped(tx, case)
    if event == "adjudicated":
        values = _answered(tx, case.id, outcome.verdict, outcome.label, reviewer=outcome.reviewer)
        return _changed(tx, case, values | _settled(tx, outcome.label, by=outcome.reviewer))
    return answered(
        tx, case, outcome.verdict, outcome.label, reviewer=outcome.reviewer, use_case=use_case
    )


def answered(
    tx: Transaction,
    case: Case,
    verdict: Verdict,
    label: str,
    *,
    reviewer: str,
    use_case: UseCase,
) -> Case:
    """The case with its check answered: settled, or for adjudicators where the AI said otherwise.

    A known answer is settled by being known.
    """
    check = case.check
    if check is None or check.state is not CheckState.OPEN:
        return case
    values = _answered(tx, case.id, verdict, label, reviewer=reviewer)
    if check.kind is CheckKind.KNOWN:
        return _changed(tx, case, values | _settled(tx, check.known_label or label, by=reviewer))
    if label == case.label:
        return _changed(tx, case, values | _settled(tx, label, by=reviewer))
    case = _changed(tx, case, values | {"state": CheckState.DISPUTED})
    record_event(tx, case.id, event="check_disputed", actor=POLICY, data={})
    call_adjudicators(tx, case, use_case=use_case)
    return case


def dropped(tx: Transaction, case: Case) -> Case:
    """The case with its unanswered check withdrawn."""
    check = case.check
    if check is None or check.answered_at is not None or check.state is CheckState.WITHDRAWN:
        return case
    return _changed(tx, case, {"state": CheckState.WITHDRAWN, "settled_at": tx.now})


def settled(tx: Transaction, case: Case, label: str, *, by: str) -> Case:
    """The case with its disputed check settled by somebody who may say what is right."""
    return _changed(tx, case, _settled(tx, label, by=by))


def settled_with_answer(
    tx: Transaction, case: Case, verdict: Verdict, label: str, *, by: str
) -> Case:
    """The same where those who were asked had not come to one answer."""
    values = _answered(tx, case.id, verdict, label, reviewer=by)
    return _changed(tx, case, values | _settled(tx, label, by=by))


def call_adjudicators(
    tx: Transaction, case: Case, *, use_case: UseCase, again: bool = False
) -> None:
    """Ask them one by one and not under the card, which tells nobody what the AI had said."""
    outbox.put(
        tx,
        kind=outbox.Kind.ADJUDICATORS,
        stream=f"adjudicators:{case.id}",
        lane=outbox.UPDATES_LANE,
        case_id=case.id,
        use_case=case.use_case,
        payload={"called": list(use_case.who_adjudicates), "again": again},
    )


def _answered(
    tx: Transaction, case_id: int, verdict: Verdict, label: str, *, reviewer: str
) -> dict[str, Any]:
    return {
        "reviewer": reviewer,
        "verdict": verdict,
        "label": label,
        "seconds": seconds_of(tx.connection, case_id, reviewer=reviewer),
        "answered_at": tx.now,
    }


def _settled(tx: Transaction, label: str, *, by: str) -> dict[str, Any]:
    return {
        "state": CheckState.SETTLED,
        "final_label": label,
        "settled_by": by,
        "settled_at": tx.now,
    }


def _changed(tx: Transaction, case: Case, values: dict[str, Any]) -> Case:
    check = case.check
    if check is None or not change_check(tx, case.id, values, still=check.state):
        return case
    return replace(case, check=_with(check, values))


def _with(check: Check, values: dict[str, Any]) -> Check:
    return replace(check, **{name: value for name, value in values.items() if name != "seconds"})
