"""A case's way through its chain: each step is begun once and ended once, and then comes the next.

Whoever ends a step, an answer or its time, does so by one conditional statement: of any number
at once, in any number of processes, one goes on.
"""

import secrets
from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from hitl.cases import Case, Outcome
from hitl.policy import Endpoint, Strategy, UseCase
from hitl.policy.lengths import in_words
from hitl.policy.strategy import USUAL_TIME
from hitl.review.asking_people import ask_people, show_question
from hitl.review.feedback import ask_feedback
from hitl.review.record import POLICY, record_event
from hitl.review.vote import settle_case
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.queries import case_to_change
from hitl.storage.questions import (
    QuestionKind,
    answer_token,
    begin_question,
    keep_question,
    question_of,
    slack_user_asked,
    token_digest,
)
from hitl.storage.steps import (
    RunningStep,
    ask_for_opinions,
    begin_step,
    end_step,
    give_up_waiting,
    opinions_of,
    running_step,
)
from hitl.storage.votes import next_revision
from hitl.strategies import first_step, judge, time_of
from hitl.vocabulary import By, CaseState, RouteTo


def set_out(tx: Transaction, case: Case, *, use_case: UseCase, seed: bytes | None) -> Case:
    """The new case on the way that its route names; feedback is asked of one that stands.

    ``seed`` is what the token for a user's answer is made from; without one nobody is told it.
    """
    places = [place for place, step in enumerate(use_case.escalate) if step.to is case.route_to]
    start = places[0] if places else 0
    steps = use_case.escalate[start:]
    if case.outcome is not None:
        rule = steps[0] if places else Strategy(to=RouteTo.PASSIVE)
        ask_feedback(tx, case, rule, use_case=use_case)
        return case
    for rule in steps:
        if rule.to is RouteTo.ASK_USER:
            _prepare_question(tx, case, rule, use_case=use_case, seed=seed)
    return begin(tx, case, steps, use_case=use_case, position=start)


def begin(
    tx: Transaction, case: Case, steps: Sequence[Strategy], *, use_case: UseCase, position: int = 0
) -> Case:
    """The case at the first of the steps that is for it; ``position`` is that of ``steps[0]``."""
    place = first_step(steps, confidence=case.confidence)
    rule, rest = steps[place], steps[place + 1 :]
    if rule.to is RouteTo.REVIEW or case.label not in use_case.labels:
        return ask_people(tx, case, use_case=use_case)
    if rule.to is RouteTo.PASSIVE:
        return _let_stand(tx, case, rule, use_case=use_case)
    until = tx.now + time_of(rule)
    step_id = begin_step(tx, case.id, rule, position=position + place, rest=rest, until=until)
    if rule.to is RouteTo.SECOND_MODEL:
        _ask_models(tx, case, rule, step_id)
    else:
        _ask_user(tx, case, until=until)
    return case


def go_on(tx: Transaction, case: Case, step: RunningStep, *, why: str, use_case: UseCase) -> Case:
    """The case at its next step, unless somebody else has ended this one."""
    if not end_step(tx, step.id, stood=False, why=why):
        return case
    data = {"from": step.rule.to, "why": why}
    record_event(tx, case.id, event="passed_on", actor=POLICY, data=data)
    _close_question(tx, case, step)
    return begin(tx, case, step.rest, use_case=use_case, position=step.position + 1)


def weigh(tx: Transaction, case: Case, step: RunningStep, *, use_case: UseCase) -> Case:
    """The case after a model's answer: decided, or passed on, or still waiting for others."""
    opinions = opinions_of(tx.connection, step.id)
    given = [opinion for opinion in opinions if opinion is not None]
    if len(given) < len(opinions):
        return case
    judgement = judge(given, step=step.rule, use_case=use_case, ai_label=case.label)
    if judgement.label is None:
        return go_on(tx, case, step, why=judgement.why, use_case=use_case)
    return stand(tx, case, step, judgement.label, by=By.MODEL, why=judgement.why, use_case=use_case)


def stand(
    tx: Transaction,
    case: Case,
    step: RunningStep | None,
    label: str,
    *,
    by: By,
    why: str,
    use_case: UseCase,
) -> Case:
    """The case, decided by whom it asked; ``step`` is None for an answer after its time."""
    if step is not None:
        end_step(tx, step.id, stood=True, why=why)
    outcome = _outcome(tx, case, label, by=by, use_case=use_case)
    return settle_case(tx, case, outcome, actor=by, use_case=use_case)


def time_is_up(tx: Transaction, case_id: int, *, use_case: UseCase) -> bool:
    """Whether this call took the case on from a step that has used up its time.

    Raises ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    step = running_step(tx.connection, case_id)
    if step is None or step.until > tx.now or case.state is not CaseState.OPEN:
        return False
    waited = in_words(step.rule.within or USUAL_TIME[step.rule.to])
    if step.rule.to is RouteTo.SECOND_MODEL:
        give_up_waiting(tx, step.id, failure=f"did not answer within {waited}")
        weigh(tx, case, step, use_case=use_case)
    else:
        go_on(tx, case, step, why=f"the user did not answer within {waited}", use_case=use_case)
    return True


def name_of(endpoint: Endpoint) -> str:
    """What people read of a model that has not said what it calls itself."""
    return endpoint.model or urlsplit(endpoint.url).hostname or endpoint.url


def _ask_models(tx: Transaction, case: Case, rule: Strategy, step_id: int) -> None:
    ask_for_opinions(tx, case.id, step_id, models=[name_of(each) for each in rule.endpoints])
    for number, endpoint in enumerate(rule.endpoints):
        outbox.put(
            tx,
            kind=outbox.Kind.SECOND_MODEL,
            stream=f"opinion:{step_id}:{number}",
            lane=outbox.model_lane(endpoint.url),
            case_id=case.id,
            use_case=case.use_case,
            payload={"step": step_id, "endpoint": number},
        )


def _prepare_question(
    tx: Transaction, case: Case, rule: Strategy, *, use_case: UseCase, seed: bytes | None
) -> None:
    """Kept when the case comes in, while its caller's key is at hand, and asked in its turn."""
    salt = secrets.token_hex(16)
    keep_question(
        tx,
        case.id,
        QuestionKind.CHOICE,
        slack_user=slack_user_asked(tx.connection, case.id),
        wording=rule.question or use_case.question,
        words=rule.answers or None,
        salt=salt,
        token_hash=token_digest(answer_token(seed or secrets.token_bytes(32), salt)),
    )


def _ask_user(tx: Transaction, case: Case, *, until: datetime) -> None:
    question = question_of(tx.connection, case.id, QuestionKind.CHOICE)
    if question is None:
        raise ValueError(f"case {case.id} has no question to ask")
    begin_question(tx, question.id, until=until)
    show_question(tx, question, case)


def _close_question(tx: Transaction, case: Case, step: RunningStep) -> None:
    """What was asked in Slack says that others decide now; an answer counts as long as none has."""
    if step.rule.to is not RouteTo.ASK_USER:
        return
    question = question_of(tx.connection, case.id, QuestionKind.CHOICE)
    if question is not None and question.place is not None:
        show_question(tx, question, case)


def _let_stand(tx: Transaction, case: Case, rule: Strategy, *, use_case: UseCase) -> Case:
    outcome = _outcome(tx, case, case.label, by=By.AI, use_case=use_case)
    decided = settle_case(tx, case, outcome, actor=POLICY, use_case=use_case)
    ask_feedback(tx, decided, rule, use_case=use_case)
    return decided


def _outcome(tx: Transaction, case: Case, label: str, *, by: By, use_case: UseCase) -> Outcome:
    return Outcome(
        verdict=use_case.verdict_for(label, case.label),
        label=label,
        by=by,
        reviewer=None,
        note=None,
        decided_at=tx.now,
        revision=next_revision(tx.connection, case.id),
        flagged=False,
    )
