"""Whether an answer that stood by itself was right, as somebody says afterwards."""

from dataclasses import dataclass, replace

from hitl.cases import Case, Outcome, Overruled
from hitl.errors import HitlError
from hitl.policy import FeedbackFrom, Strategy, UseCase
from hitl.review.asking_people import show_question
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.record import record_event, record_outcome, update_card
from hitl.review.refusals import LabelNotAllowed, LabelUnknown
from hitl.review.truth import record_truth
from hitl.storage.database import Transaction
from hitl.storage.queries import case_to_change
from hitl.storage.questions import (
    Answer,
    Answered,
    Question,
    QuestionKind,
    Via,
    keep_question,
    question_of,
    record_answer,
    slack_user_asked,
)
from hitl.storage.votes import decided_again, next_revision, retire_outcome
from hitl.vocabulary import By, Verdict

FEEDBACK = "feedback"
"""The source of the truth that feedback tells."""
USER = "user"
"""The actor in the history for whom a case is about: who that is can be erased, history stays."""


class NoFeedbackAsked(HitlError):
    """The AI's answer does not stand, so nobody can say whether it was right to let it."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Case {case_id} does not stand as the AI answered it.")
        self.case_id = case_id


class FeedbackGiven(HitlError):
    """The first feedback counts."""

    def __init__(self, case_id: int) -> None:
        super().__init__(f"Feedback on case {case_id} was already given, and another one.")
        self.case_id = case_id


@dataclass(frozen=True, slots=True)
class Feedback:
    """What somebody says of an answer that stood."""

    right: bool
    label: str | None
    """The right one where the AI's was wrong, if they know."""
    by: str
    via: Via
    reviewer: str | None = None
    """Set where a reviewer says so on a card, in whose name it is then revised."""


def ask_feedback(tx: Transaction, case: Case, rule: Strategy, *, use_case: UseCase) -> None:
    """Ask whether the answer that stands now was right, as the policy says whom."""
    asks_user = rule.feedback is FeedbackFrom.USER
    user = slack_user_asked(tx.connection, case.id) if asks_user else None
    question = _question(tx, case, wording=rule.question or "", user=user, revise=rule.revise)
    channel = use_case.channel if rule.feedback is FeedbackFrom.CHANNEL else None
    show_question(tx, question, case, channel=channel)


def give_feedback(
    tx: Transaction, case_id: int, feedback: Feedback, *, use_case: UseCase
) -> tuple[Case, bool]:
    """The case, revised where the policy says so, and whether this call changed anything.

    Where the right label is known it is kept as the truth about the case. Raises
    ``NoFeedbackAsked``, ``FeedbackGiven``, ``LabelUnknown``, ``LabelNotAllowed`` and
    ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    label = _right_label(case, feedback, use_case=use_case)
    question = question_of(tx.connection, case_id, QuestionKind.FEEDBACK)
    if question is None:
        if case.outcome is None or case.outcome.by is not By.AI:
            raise NoFeedbackAsked(case_id)
        question = _question(tx, case, wording="", user=None, revise=False)
    stands = case.outcome is not None and case.outcome.by is By.AI
    revises = question.revise and stands and label not in (None, case.label)
    said = Answered.RIGHT if feedback.right else Answered.WRONG
    by = USER if case.erased else feedback.by  # who that was would not be erased any more
    answer = Answer(said, label, by, feedback.via, tx.now, counted=revises)
    if not record_answer(tx, question.id, answer):
        return _again(tx, case, question, said=said, label=label)
    data = {"right": feedback.right, "label": label, "via": feedback.via}
    actor = feedback.reviewer or USER
    record_event(tx, case_id, event="feedback", actor=actor, data=data)
    if label is not None:
        record_truth(tx, case_id, label=label, source=FEEDBACK, use_case=use_case)
    if revises and label is not None and case.outcome is not None:
        case = _revise(tx, case, case.outcome, label, feedback=feedback, use_case=use_case)
    show_question(tx, question, case)
    return case, True


def _right_label(case: Case, feedback: Feedback, *, use_case: UseCase) -> str | None:
    label = feedback.label
    if label is not None and label not in use_case.labels:
        raise LabelUnknown(label, list(use_case.labels))
    others = [other for other in use_case.labels if other != case.label]
    if feedback.right:
        if label not in (None, case.label):
            raise LabelNotAllowed(label or "", Verdict.APPROVE, [case.label])
        return case.label if case.label in use_case.labels else None
    if label == case.label:
        raise LabelNotAllowed(label, Verdict.REJECT, others)
    return label or (others[0] if len(others) == 1 else None)


def _question(
    tx: Transaction, case: Case, *, wording: str, user: str | None, revise: bool
) -> Question:
    keep_question(
        tx,
        case.id,
        QuestionKind.FEEDBACK,
        slack_user=user,
        wording=wording,
        asked_at=tx.now,
        salt="",
        token_hash="",
        revise=revise,
    )
    question = question_of(tx.connection, case.id, QuestionKind.FEEDBACK)
    if question is None:
        raise ValueError(f"case {case.id} has lost its question")
    return question


def _again(
    tx: Transaction, case: Case, question: Question, *, said: Answered, label: str | None
) -> tuple[Case, bool]:
    """The same once more changes nothing; something else comes too late."""
    before = question_of(tx.connection, case.id, QuestionKind.FEEDBACK)
    answer = None if before is None else before.answer
    if answer is None or (answer.said, answer.label) != (said, label):
        raise FeedbackGiven(question.case_id)
    return case, False


def _revise(
    tx: Transaction,
    case: Case,
    before: Outcome,
    label: str,
    *,
    feedback: Feedback,
    use_case: UseCase,
) -> Case:
    outcome = Outcome(
        verdict=use_case.verdict_for(label, case.label),
        label=label,
        by=By.REVIEWER if feedback.reviewer else By.USER,
        reviewer=feedback.reviewer,
        note=None,
        decided_at=tx.now,
        revision=next_revision(tx.connection, case.id),
        flagged=False,
        overruled=Overruled(before.verdict, before.label, before.by, before.reviewer),
    )
    retire_outcome(tx, case.id)
    decided_again(tx, case.id)
    record_outcome(tx, case.id, outcome)
    data = {"verdict": outcome.verdict, "label": label, "instead_of": before.label}
    record_event(tx, case.id, event="revised", actor=feedback.reviewer or USER, data=data)
    revised = replace(case, outcome=outcome)
    update_card(tx, revised)
    targets = (case.callback_url, *use_case.webhooks)
    tell_callers(tx, revised, CaseEvent.REVISED, targets=targets)
    return revised
