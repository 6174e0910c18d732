"""Whom a case is about answers, and somebody says whether what stood by itself was right."""

import logging
import re
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncApp, AsyncRespond
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack import ids
from bot.slack.cards.question import DECLINES, question_message
from bot.slack.people import Actor, actor_of
from bot.slack.services import SlackServices
from bot.slack.trouble import SLACK_TROUBLE
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.review import (
    Feedback,
    NoFeedbackAsked,
    UserAnswer,
    UserNotAsked,
    answer,
    give_feedback,
)
from hitl.storage.questions import Question, QuestionKind, Via, question_of

log = logging.getLogger(__name__)


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the labels, for who would rather not say, and for feedback."""

    @app.action(re.compile(ids.ANSWER_PATTERN))
    async def choose(args: AsyncArgs, action: dict[str, Any]) -> None:
        await _answer(services, args, *ids.choice(action["value"]))

    @app.action(ids.ANSWER_MENU)
    async def choose_from_menu(args: AsyncArgs, action: dict[str, Any]) -> None:
        await _answer(services, args, *ids.choice(action["selected_option"]["value"]))

    @app.action(ids.ANSWER_DECLINE)
    async def decline(args: AsyncArgs, action: dict[str, Any]) -> None:
        await _answer(services, args, int(action["value"]), DECLINES)

    @app.action(ids.FEEDBACK_RIGHT)
    async def right(args: AsyncArgs, action: dict[str, Any]) -> None:
        await _tell(services, args, int(action["value"]), right=True, label=DECLINES)

    @app.action(ids.FEEDBACK_WRONG)
    async def wrong(args: AsyncArgs, action: dict[str, Any]) -> None:
        case_id, label = ids.choice(action["value"])
        await _tell(services, args, case_id, right=False, label=label)

    @app.action(ids.FEEDBACK_MENU)
    async def wrong_from_menu(args: AsyncArgs, action: dict[str, Any]) -> None:
        case_id, label = ids.choice(action["selected_option"]["value"])
        await _tell(services, args, case_id, right=False, label=label)


async def _answer(services: SlackServices, args: AsyncArgs, case_id: int, label: str) -> None:
    """Store what the user says; an empty label is that of whoever would rather not."""
    _, use_case, question = await _asked(services, case_id, QuestionKind.CHOICE)
    if question is None:
        raise UserNotAsked(case_id)
    actor = actor_of(args.body)
    await services.people.require_asked(actor, asked=question.slack_user)
    given = UserAnswer(label or None, actor.user_id, Via.SLACK)
    case, _ = await services.database.write(
        partial(answer, case_id=case_id, given=given, use_case=use_case)
    )
    await args.ack()
    await _show(services, args.respond, case, use_case, kind=QuestionKind.CHOICE)


async def _tell(
    services: SlackServices, args: AsyncArgs, case_id: int, *, right: bool, label: str
) -> None:
    """Store the feedback; an empty label is that of whoever does not know the right one."""
    case, use_case, question = await _asked(services, case_id, QuestionKind.FEEDBACK)
    if question is None:
        raise NoFeedbackAsked(case_id)
    actor = actor_of(args.body)
    reviewer = await _reviewer(services, actor, case, use_case, question)
    given = Feedback(right, label or None, actor.user_id, Via.SLACK, reviewer=reviewer)
    case, _ = await services.database.write(
        partial(give_feedback, case_id=case_id, feedback=given, use_case=use_case)
    )
    await args.ack()
    await _show(services, args.respond, case, use_case, kind=QuestionKind.FEEDBACK)


async def _reviewer(
    services: SlackServices, actor: Actor, case: Case, use_case: UseCase, question: Question
) -> str | None:
    """In whose name a reviewer speaks; None for whom the case is about. Raises ``Refusal``."""
    if question.slack_user is not None:
        await services.people.require_asked(actor, asked=question.slack_user)
        return None
    await services.require_decider(actor, case, use_case)
    return actor.user_id


async def _asked(
    services: SlackServices, case_id: int, kind: QuestionKind
) -> tuple[Case, UseCase, Question | None]:
    case, use_case = await services.find(case_id)
    find = partial(question_of, case_id=case_id, kind=kind)
    return case, use_case, await services.database.read(find)


async def _show(
    services: SlackServices,
    respond: AsyncRespond,
    case: Case,
    use_case: UseCase,
    *,
    kind: QuestionKind,
) -> None:
    """At once, in place of the question; delivery makes sure of it. Raises nothing."""
    question = await services.database.read(partial(question_of, case_id=case.id, kind=kind))
    if question is None:
        return
    shown = question_message(case, question, use_case=use_case)
    try:
        await respond(text=shown.text, blocks=shown.blocks, replace_original=True)
    except SLACK_TROUBLE as trouble:
        log.info("An answer to case %d is stored but not shown yet: %s", case.id, trouble)
