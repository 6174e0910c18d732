"""Settling a check whose blind answer is not what the AI had said: one of them is right."""

from hitl.audit import words_digest
from hitl.blindness import apart_check
from hitl.cases import Case, Check
from hitl.policy.use_case import UseCase
from hitl.review.checks import settled, settled_with_answer
from hitl.review.record import record_event, reply_in_thread, update_card
from hitl.review.revise import revise
from hitl.review.vote import Cast, chosen_label, record_review
from hitl.storage.checks import await_check
from hitl.storage.database import Transaction
from hitl.storage.known_answers import learn_answer
from hitl.vocabulary import Verdict


def settle_check(
    tx: Transaction,
    case: Case,
    check: Check,
    *,
    verdict: Verdict,
    reviewer: str,
    use_case: UseCase,
    label: str | None,
    note: str | None,
    response_url: str | None,
) -> Case:
    """The case with its check settled by the adjudicator's label, which becomes the truth on it.

    An outcome that it contradicts is revised; that of a prediction that stood only where the
    policy says so.
    """
    chosen = chosen_label(verdict, label, case=case, use_case=use_case)
    salt = tx.salt()
    record_review(tx, case.id, Cast(reviewer, verdict, chosen, note, salt), is_adjudication=True)
    words = None if note is None else words_digest(note, salt=salt)
    data = {"verdict": verdict, "label": chosen}
    record_event(tx, case.id, event="check_adjudicated", actor=reviewer, data=data, words=words)
    learn_answer(tx, case.id, use_case=case.use_case, label=chosen)
    answer = check.label
    if answer is None:
        await_check(tx, case.id, awaited=False)
        case = settled_with_answer(tx, case, verdict, chosen, by=reviewer)
    else:
        case = settled(tx, case, chosen, by=reviewer)
    if apart_check(case) is None or use_case.audit_revises:
        case = revise(tx, case, chosen, by=reviewer, use_case=use_case, verdict=verdict, note=note)
    update_card(tx, case, response_url=response_url)
    if answer not in {None, chosen}:
        reply_in_thread(tx, case, channel=use_case.channel, payload={"says": "overruled"})
    return case
