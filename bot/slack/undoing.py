"""Offering to take a decision back, and doing so."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.cards.undo import can_be_undone, confirmation, undone_message, vote_is_in
from bot.slack.errors import SLACK_TROUBLE
from bot.slack.message import Message
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import show_in_place, way_back
from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.review import undo

logger = logging.getLogger(__name__)


async def offer_undo(
    case: Case, services: SlackServices, *, body: dict[str, Any], respond: AsyncRespond
) -> None:
    """Tell whoever decided on the card what they did, and how to take it back.

    Raises nothing: the decision is stored by now.
    """
    use_case = services.policy.use_case(case.use_case)
    case = as_seen(case, use_case=use_case)
    outcome = case.outcome
    if way_back(body) and outcome is None:
        await _whisper(vote_is_in(case, use_case=use_case), respond, replace=False)
    elif way_back(body) and outcome is not None and can_be_undone(outcome, use_case=use_case):
        await _whisper(confirmation(case, outcome, use_case=use_case), respond, replace=False)


async def take_back(services: SlackServices, body: dict[str, Any], case_id: int) -> Case:
    """The case, waiting again; raises what undoing is refused with."""
    actor = actor_of(body)
    await services.people.require_member(actor)
    _, use_case = await services.find(case_id)
    return await services.database.write(
        lambda tx: undo(
            tx, case_id, by=actor.user_id, use_case=use_case, response_url=way_back(body)
        )
    )


async def show_undone(
    case: Case,
    services: SlackServices,
    *,
    body: dict[str, Any],
    respond: AsyncRespond,
    client: AsyncWebClient,
) -> None:
    """Say so to whoever undid it on the card; elsewhere the copy of the card shows it."""
    if way_back(body):
        await _whisper(undone_message(case), respond, replace=False)
    else:
        await show_in_place(case, services, body=body, respond=respond, client=client)


async def show_undone_instead(case: Case, *, respond: AsyncRespond) -> None:
    """Replace the offer, which is used up."""
    await _whisper(undone_message(case), respond, replace=True)


async def _whisper(message: Message, respond: AsyncRespond, *, replace: bool) -> None:
    try:
        await respond(
            text=message.text,
            blocks=message.blocks,
            response_type="ephemeral",
            replace_original=replace,
        )
    except SLACK_TROUBLE as trouble:
        # What was stored stands; the card shows it.
        logger.info("A person was not told: %s", trouble, extra={"key": "slack.not_told"})
