"""The answer of whom a case is about: it decides as long as nobody else has."""

from dataclasses import dataclass

from hitl.cases import Case
from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.review.asking_people import show_question
from hitl.review.escalate import go_on, stand
from hitl.review.feedback import USER
from hitl.review.record import record_event
from hitl.review.refusals import LabelUnknown
from hitl.storage.database import Transaction
from hitl.storage.queries import case_to_change
from hitl.storage.questions import (
    Answer,
    Answered,
    Question,
    QuestionKind,
    Via,
    question_of,
    record_answer,
)
from hitl.storage.steps import RunningStep, running_step
from hitl.vocabulary import By, CaseState, RouteTo


class UserNotAsked(HitlError):
    """Nobody is asked that this could be the answer of."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Case {case_id} asks no user.")
        self.case_id = case_id


class TokenWrong(HitlError):
    """The answer does not come from whom was asked."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"This is not the answer token of case {case_id}.")
        self.case_id = case_id


class UserHasAnswered(HitlError):
    """A token answers once."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"The user has already answered case {case_id}.")
        self.case_id = case_id


@dataclass(frozen=True, slots=True)
class UserAnswer:
    """What the user says; ``label`` is None where they would rather not."""

    label: str | None
    by: str
    via: Via
    token: str | None = None
    """Proves who answers; None only where Slack has proved it."""


def answer(
    tx: Transaction, case_id: int, given: UserAnswer, *, use_case: UseCase
) -> tuple[Case, bool]:
    """The case, and whether the answer decided it; one that came too late is kept all the same.

    Declining passes the case on at once. Raises ``UserNotAsked``, ``TokenWrong``,
    ``UserHasAnswered``, ``LabelUnknown`` and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    question = _asked(tx, case, given, use_case=use_case)
    counts = given.label is not None and case.state is CaseState.OPEN
    said = Answered.DECLINED if given.label is None else Answered.LABEL
    by = USER if case.erased else given.by  # who that was would not be erased any more
    kept = Answer(said, given.label, by, given.via, tx.now, counted=counts)
    if not record_answer(tx, question.id, kept):
        raise UserHasAnswered(case_id)
    data = {"label": given.label, "via": given.via, "counted": counts}
    record_event(tx, case_id, event="answered", actor=USER, data=data)
    step = _asking(tx, case)
    if given.label is not None and counts:
        why = f"the user says {given.label}"
        case = stand(tx, case, step, given.label, by=By.USER, why=why, use_case=use_case)
    elif step is not None and case.state is CaseState.OPEN:
        case = go_on(tx, case, step, why="the user would rather not decide", use_case=use_case)
    show_question(tx, question, case)
    return case, counts


def could_not_ask(tx: Transaction, question: Question, *, why: str, use_case: UseCase) -> None:
    """The case goes on at once where Slack delivers nothing to its user.

    A caller who asks through its own product may still answer while the case is open.
    """
    case = case_to_change(tx.connection, question.case_id)
    step = _asking(tx, case)
    if step is not None and case.state is CaseState.OPEN:
        words = f"the user could not be asked in Slack ({why})"
        go_on(tx, case, step, why=words, use_case=use_case)


def _asked(tx: Transaction, case: Case, given: UserAnswer, *, use_case: UseCase) -> Question:
    """The question, once everything proved right."""
    question = question_of(tx.connection, case.id, QuestionKind.CHOICE)
    if question is None:
        raise UserNotAsked(case.id)
    if given.token is not None and not question.takes(given.token):
        raise TokenWrong(case.id)
    if question.answer is not None:
        raise UserHasAnswered(case.id)
    if given.label is not None and given.label not in use_case.labels:
        raise LabelUnknown(given.label, list(use_case.labels))
    return question


def _asking(tx: Transaction, case: Case) -> RunningStep | None:
    """The step that asks the user, if the case is at it."""
    step = running_step(tx.connection, case.id)
    return step if step is not None and step.rule.to is RouteTo.ASK_USER else None
