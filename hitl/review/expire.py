"""What time does to a waiting case: reminders, hand-overs, and the end of its deadline."""

from hitl.blindness import apart_check, as_seen, awaits_people, contradicts_ai
from hitl.cases import Case, Outcome
from hitl.deadlines import (
    End,
    HandOver,
    Remind,
    Step,
    decision,
    handed_to,
    plan,
    reminders,
    steps_to_take,
)
from hitl.policy import HandTo, UseCase
from hitl.review.apart import lapse
from hitl.review.checks import call_adjudicators
from hitl.review.record import record_event, reply_in_thread, update_card
from hitl.review.vote import settle_case
from hitl.storage.database import Transaction
from hitl.storage.progress import progress_of, record_progress
from hitl.storage.queries import case_to_change
from hitl.storage.votes import next_revision
from hitl.vocabulary import By, CaseState, Verdict


def take_steps(tx: Transaction, case_id: int, *, use_case: UseCase) -> tuple[Step, ...]:
    """Take the steps that are due, each once whoever else tries; those that this call took.

    An end that decides leaves nothing else to be done. Raises ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    progress = progress_of(tx.connection, case_id)
    waited = tx.now - case.submitted_at
    for_adjudicators = contradicts_ai(case.check)
    planned = plan(use_case.deadline)
    if for_adjudicators:
        planned = reminders(planned)
    steps = steps_to_take(planned, waited=waited, progress=progress)
    if not steps or not (for_adjudicators or awaits_people(case)):
        return ()
    last = steps[-1]
    is_disputed = as_seen(case, use_case=use_case).state is CaseState.DISPUTED
    if (
        not is_disputed
        and isinstance(last, End)
        and (answer := decision(last.then, ai_label=case.label, use_case=use_case))
    ):
        end = _decide if apart_check(case) is None else lapse
        end(tx, case, *answer, use_case=use_case)
        return (last,)
    for step in steps:
        _take(tx, case, step, use_case=use_case)
        progress = progress.beyond(step)
    record_progress(tx, case_id, progress)
    if not isinstance(last, Remind):
        update_card(tx, case)
    return steps


def _decide(
    tx: Transaction, case: Case, verdict: Verdict, label: str, *, use_case: UseCase
) -> None:
    outcome = Outcome(
        verdict=verdict,
        label=label,
        by=By.DEADLINE,
        reviewer=None,
        note=None,
        decided_at=tx.now,
        revision=next_revision(tx.connection, case.id),
        flagged=verdict is Verdict.FLAG,
    )
    settle_case(tx, case, outcome, actor=By.DEADLINE, use_case=use_case)
    payload = {"says": "decided_by_deadline"}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)


def _take(tx: Transaction, case: Case, step: Step, *, use_case: UseCase) -> None:
    """Tell whom the step concerns, in the thread (or directly) and in the history."""
    if contradicts_ai(case.check):
        data = {"to": list(use_case.who_adjudicates)}
        record_event(tx, case.id, event="check_reminded", actor=By.DEADLINE, data=data)
        call_adjudicators(tx, case, use_case=use_case, again=True)
        return
    if as_seen(case).state is CaseState.DISPUTED:
        _remind_adjudicators(tx, case, step, use_case=use_case)
        return
    everyone = (*use_case.reviewers, *handed_to(use_case, waited=step.after))
    match step:
        case Remind():
            event, says, called = "reminded", "reminder", everyone
        case HandOver(to=name):
            event, says, called = "handed_over", "next_in_line", (name,)
        case End(then=HandTo(to=name)):
            event, says, called = "overdue", "overdue", (name,)
        case End():
            event, says, called = "overdue", "overdue", everyone
    record_event(tx, case.id, event=event, actor=By.DEADLINE, data={"to": list(called)})
    payload = {"says": says, "called": list(called)}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)


def _remind_adjudicators(tx: Transaction, case: Case, step: Step, *, use_case: UseCase) -> None:
    """A dispute is handed to nobody else, for nobody else can settle it."""
    called = list(use_case.who_adjudicates)
    is_over = isinstance(step, End)
    event, says = ("overdue", "overdue") if is_over else ("reminded", "dispute_reminder")
    record_event(tx, case.id, event=event, actor=By.DEADLINE, data={"to": called})
    payload = {"says": says, "called": called}
    reply_in_thread(tx, case, channel=use_case.channel, payload=payload)
