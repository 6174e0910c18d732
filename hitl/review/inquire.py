"""Asking whoever submitted a case what only they know; none of it decides."""

from dataclasses import replace

from hitl.audit import words_digest
from hitl.cases import Case, Inquiry
from hitl.documents import question_document
from hitl.errors import HitlError
from hitl.policy.use_case import UseCase
from hitl.review.callers import CaseEvent, tell_callers
from hitl.review.claim import SkipReason
from hitl.review.record import record_event, reply_in_thread, update_card
from hitl.review.refusals import refuse_erased, refuse_unless_open
from hitl.storage.database import Transaction
from hitl.storage.inquiries import inquiry_of, record_answer, record_inquiry, serve_again
from hitl.storage.queries import case_to_change


class NobodyToAsk(HitlError):
    """The submitter can't be reached."""

    def __init__(self, case_id: int) -> None:
        super().__init__(
            f"Whoever sent case {case_id} can't be asked: it came without a callback_url, and its"
            " use case has no webhooks."
        )


class QuestionNotFound(HitlError):
    """No such question was asked on the case."""

    def __init__(self, case_id: int, question_id: int) -> None:
        super().__init__(f"There is no question {question_id} on case {case_id}.")


class AlreadyAnswered(HitlError):
    """Another answer came before."""

    def __init__(self, question_id: int) -> None:
        super().__init__(
            f"Question {question_id} has another answer already; the first one stands."
        )


def can_ask_submitter(case: Case, *, use_case: UseCase) -> bool:
    """Whether there is an address that a question could go to; never where the case is blind.

    A blind case looks like any other blind one, and not every one of them could be asked about.
    """
    return not case.is_blind and bool(case.callback_url or use_case.webhooks)


def ask_submitter(tx: Transaction, case_id: int, *, by: str, text: str, use_case: UseCase) -> Case:
    """The case with the question, which its callers are told as ``case.question``.

    Raises ``NobodyToAsk``, ``AlreadyDecided``, ``CaseWithdrawn`` and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    refuse_unless_open(case)
    if not can_ask_submitter(case, use_case=use_case):
        raise NobodyToAsk(case_id)
    salt = tx.salt()
    question = record_inquiry(tx, case_id, author=by, text=text, salt=salt)
    words = words_digest(text, salt=salt)
    data = {"question": question.id}
    record_event(tx, case_id, event="submitter_asked", actor=by, data=data, words=words)
    asked = replace(case, inquiries=(*case.inquiries, question))
    update_card(tx, asked)
    targets = (case.callback_url, *use_case.webhooks)
    more = {"question": question_document(question)}
    tell_callers(tx, asked, CaseEvent.QUESTION, targets=targets, more=more)
    return asked


def take_reply(
    tx: Transaction, case_id: int, question_id: int, *, by: str, text: str, channel: str | None
) -> tuple[Inquiry, bool]:
    """The question with its answer, and whether this call brought it.

    The answer stands on the card and is told in the thread; the case is served again to whoever
    asked and skipped it until then. It is taken also when the case is decided by now. Raises
    ``QuestionNotFound``, ``AlreadyAnswered``, ``CaseErased`` and ``CaseNotFound``.
    """
    case = case_to_change(tx.connection, case_id)
    question = inquiry_of(tx.connection, case_id, question_id)
    if question is None:
        raise QuestionNotFound(case_id, question_id)
    refuse_erased(case)
    salt = tx.salt()
    if not record_answer(tx, question_id, text=text, by=by, salt=salt):
        if question.answer == text:
            return question, False
        raise AlreadyAnswered(question_id)
    words = words_digest(text, salt=salt)
    data = {"question": question_id}
    record_event(tx, case_id, event="submitter_answered", actor=by, data=data, words=words)
    reason = SkipReason.NEEDS_INFORMATION
    serve_again(tx, case_id, reviewer=question.author, reason=reason)
    answered = replace(question, answer=text, answered_by=by, answered_at=tx.now)
    rest = [answered if each.id == question_id else each for each in case.inquiries]
    case = replace(case, inquiries=tuple(rest))
    update_card(tx, case)
    if channel is not None:
        payload = {"says": "submitter_answered", "question": question_id}
        reply_in_thread(tx, case, channel=channel, payload=payload)
    return answered, True
