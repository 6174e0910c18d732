"""Someone opens the Home tab, asks for its figures anew, or says what to be told of."""

import asyncio
from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.blocks import Element
from bot.slack.cards.home import closed_home, home_view
from bot.slack.message import View
from bot.slack.people import Actor, NotAllowed, actor_of
from bot.slack.reading import figures
from bot.slack.refusals import Refusal
from bot.slack.served import waits_needed
from bot.slack.services import SlackServices
from hitl.notifications import Told
from hitl.policy import UseCase
from hitl.reports.mine import Mine, my_work
from hitl.review.claim import wanted_by
from hitl.review.telling import choose_notifications

_WINDOW = timedelta(days=7)
_LATELY = timedelta(days=1)


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the tab being opened, for its button, and for its boxes."""

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("tab") == "home":
            await _publish(services, actor_of(body), client)

    @app.action(ids.REFRESH_HOME)
    async def refresh(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _publish(services, actor_of(body), client)
        await ack()

    @app.action(ids.NOTIFICATIONS)
    async def choose(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any]) -> None:
        actor = actor_of(body)
        await services.people.require_member(actor)
        wanted, among = _kinds(action["selected_options"]), _kinds(_boxes(body["view"]))
        await services.database.write(
            lambda tx: choose_notifications(tx, person=actor.user_id, wanted=wanted, among=among)
        )
        await ack()


def _boxes(view: View) -> list[Element]:
    """Those that the tab shows: one published before a box existed says nothing of it."""
    elements = [each for block in view["blocks"] for each in block.get("elements", [])]
    return next(e["options"] for e in elements if e.get("action_id") == ids.NOTIFICATIONS)


def _kinds(options: list[Element]) -> set[Told]:
    values = {option["value"] for option in options}
    return {kind for kind in Told if kind in values}


async def _publish(services: SlackServices, actor: Actor, client: AsyncWebClient) -> None:
    await client.views_publish(user_id=actor.user_id, view=await _view(services, actor))


async def _view(services: SlackServices, actor: Actor) -> View:
    try:
        await services.people.require_member(actor)
        all_stats, mine = await asyncio.gather(figures(services, _WINDOW), _mine(services, actor))
    except Refusal as refusal:
        return closed_home(str(refusal))
    return home_view(all_stats, mine=mine, now=services.database.now())


async def _mine(services: SlackServices, actor: Actor) -> Mine:
    every, now = list(services.policy.use_cases.values()), services.database.now()
    waits = await asyncio.gather(*(_wait(services, actor, each) for each in every))
    settles = await asyncio.gather(
        *(services.people.can_adjudicate(actor.user_id, each) for each in every)
    )
    wanted = [
        wanted_by(actor.user_id, use_case=each, now=now, waited=waited)
        for each, waited in zip(every, waits, strict=True)
        if waited is not None
    ]
    adjudicates = {each.name for each, may in zip(every, settles, strict=True) if may}
    return await services.database.read(
        lambda c: my_work(
            c, actor.user_id, since=now - _LATELY, wanted=wanted, adjudicates=adjudicates
        )
    )


async def _wait(services: SlackServices, actor: Actor, use_case: UseCase) -> timedelta | None:
    """How long a case must have waited for the actor to decide it; None if they never may."""
    try:
        return await waits_needed(services, actor, use_case)
    except NotAllowed:
        return None
