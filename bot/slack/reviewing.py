"""Cases served one after the other to one person, on a card that is replaced by the next."""

import logging
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncRespond

from bot.slack import blocks, ids
from bot.slack.cards.queue_card import nothing_left_message, served_message
from bot.slack.cards.wording import settled_lines
from bot.slack.errors import SLACK_TROUBLE
from bot.slack.message import Message
from bot.slack.people import Actor, actor_of
from bot.slack.services import SlackServices
from bot.slack.text import mrkdwn
from hitl.cases import Case
from hitl.deadlines import handed_to
from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.reports.stats import queue
from hitl.review.claim import CLAIM_FOR, claim_next

logger = logging.getLogger(__name__)


def was_served(body: dict[str, Any]) -> bool:
    """Whether the click was on a card that was served from the queue."""
    return any(
        action.get("block_id", "").startswith(ids.SERVED_PREFIX)
        for action in body.get("actions", ())
    )


def outcome_said(case: Case, *, use_case: UseCase) -> str:
    """A decided case in one line, above the card of the next."""
    outcome, *_ = settled_lines(case, use_case=use_case)
    return f"{outcome} · {mrkdwn(case.title or case.text or case.key, 100)}"


async def require_reviewer(services: SlackServices, actor: Actor, use_case: UseCase) -> None:
    """Someone who may decide the case that waits longest; raises ``Refusal``."""
    waiting = await services.database.read(partial(queue, use_case=use_case.name))
    now = services.database.now()
    also = handed_to(use_case, waited=now - (waiting.oldest_at or now))
    await services.people.require_decider(actor, use_case, also=also)


async def next_case(
    services: SlackServices, actor: Actor, use_case: UseCase, *, said: str | None = None
) -> Message:
    """The next case's card, the case being kept for the actor; else why there is none."""
    case = await services.database.write(
        lambda tx: claim_next(tx, use_case=use_case, reviewer=actor.user_id)
    )
    waiting = await services.database.read(partial(queue, use_case=use_case.name))
    if case is None:
        return nothing_left_message(waiting.open, said=said)
    card = await services.card(case, use_case)
    others = max(waiting.open - 1, 0)
    return served_message(case, card, kept_for=CLAIM_FOR, others=others, said=said)


async def go_on(
    services: SlackServices,
    use_case: UseCase,
    *,
    said: str,
    body: dict[str, Any],
    respond: AsyncRespond,
) -> None:
    """Replace a served card by what became of its case, and by the next one.

    Raises nothing: what was decided is stored by now.
    """
    shown = await _next_or_end(services, actor_of(body), use_case, said=said)
    try:
        await respond(text=shown.text, blocks=shown.blocks, replace_original=True)
    except SLACK_TROUBLE as trouble:
        logger.info("A served card is out of date: %s", trouble, extra={"key": "slack.copy_stale"})


async def _next_or_end(
    services: SlackServices, actor: Actor, use_case: UseCase, *, said: str
) -> Message:
    try:
        await require_reviewer(services, actor, use_case)
        return await next_case(services, actor, use_case, said=said)
    except HitlError as refusal:
        # The next press of the queue card's button tells why.
        logger.info("No case was served next: %s", refusal, extra={"key": "slack.not_served"})
        return Message(said, [blocks.section(said)])
