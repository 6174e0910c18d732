"""The ends of a chain: people are asked, and whoever was asked before is waited for no longer."""

from dataclasses import replace

from sqlalchemy import update

from hitl.cases import Case
from hitl.policy import UseCase
from hitl.review.record import post_card, update_card
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.questions import Question, QuestionKind, question_of
from hitl.storage.steps import end_step, running_step
from hitl.storage.tables import cases
from hitl.strategies import ASKING


def ask_people(tx: Transaction, case: Case, *, use_case: UseCase) -> Case:
    """The case with its people asked from now on, and its card on the way.

    A blind check that still waits is answered by the same vote: see ``hitl.blindness``.
    """
    is_blind = case.is_blind or case.reviews_needed > 1
    tx.connection.execute(
        update(cases)
        .where(cases.c.id == case.id, cases.c.people_since.is_(None))
        .values(people_since=tx.now, is_blind=is_blind)
    )
    asked = replace(case, people_since=tx.now, is_blind=is_blind)
    if not case.has_card:
        post_card(tx, case.id, use_case=use_case.name, channel=use_case.channel)
    else:
        update_card(tx, asked)  # that of its check, which may have been answered
    return asked


def end_chain(tx: Transaction, case: Case, *, why: str) -> None:
    """Nobody but people has to do with the case any more; whoever was asked is told so."""
    if case.route_to not in ASKING:
        return
    step = running_step(tx.connection, case.id)
    if step is not None:
        end_step(tx, step.id, stood=False, why=why)
    question = question_of(tx.connection, case.id, QuestionKind.CHOICE)
    if question is not None and question.is_open:
        show_question(tx, question, case)


def show_question(
    tx: Transaction, question: Question, case: Case, *, channel: str | None = None
) -> None:
    """Its message must show the question as it is when its turn comes, if there is to be one.

    ``channel`` is where it is asked that is no direct message.
    """
    to = channel or question.slack_user
    stream, kind = f"question:{question.id}", outbox.Kind.QUESTION
    if to is None:
        return
    if outbox.settle_untaken(tx, stream, kind=kind, state=outbox.Sending.WAITING):
        return  # which shows things as they are then
    outbox.put(
        tx,
        kind=kind,
        stream=stream,
        lane=outbox.posts_lane(to) if question.place is None else outbox.UPDATES_LANE,
        case_id=case.id,
        use_case=case.use_case,
        payload={"question": question.id, "channel": channel},
    )
