"""Offering to take a decision back, and doing so."""

from typing import Any

from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.cards.undo import can_be_undone, confirmation, undone_message, vote_is_in
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import show_in_place, way_back
from hitl.blindness import as_seen
from hitl.cases import Case
from hitl.review import undo


def offer_undo(case: Case, services: SlackServices, *, body: dict[str, Any]) -> None:
    """Tell whoever decided on the card what they did, and how to take it back."""
    url = way_back(body)
    if url is None:
        return
    use_case = services.policy.use_case(case.use_case)
    case = as_seen(case, use_case=use_case)
    outcome = case.outcome
    if outcome is None:
        services.whispers.send(vote_is_in(case, use_case=use_case), url)
    elif can_be_undone(outcome, use_case=use_case):
        services.whispers.send(confirmation(case, outcome, use_case=use_case), url)


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
    if url := way_back(body):
        services.whispers.send(undone_message(case), url)
    else:
        await show_in_place(case, services, body=body, respond=respond, client=client)


def show_undone_instead(case: Case, services: SlackServices, *, body: dict[str, Any]) -> None:
    """Replace the offer, which is used up."""
    services.whispers.send(undone_message(case), body["response_url"], replace=True)
