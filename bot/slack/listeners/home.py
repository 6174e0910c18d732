"""Someone opens the Home tab, or asks for its figures anew."""

from datetime import timedelta
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.home import closed_home, home_view
from bot.slack.message import View
from bot.slack.people import Actor, actor_of
from bot.slack.reading import figures
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices

_WINDOW = timedelta(days=7)


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the tab being opened and for its button."""

    @app.event("app_home_opened")
    async def opened(event: dict[str, Any], body: dict[str, Any], client: AsyncWebClient) -> None:
        if event.get("tab") == "home":
            await _publish(services, actor_of(body), client)

    @app.action(ids.REFRESH_HOME)
    async def refresh(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await _publish(services, actor_of(body), client)
        await ack()


async def _publish(services: SlackServices, actor: Actor, client: AsyncWebClient) -> None:
    await client.views_publish(user_id=actor.user_id, view=await _view(services, actor))


async def _view(services: SlackServices, actor: Actor) -> View:
    try:
        await services.people.require_member(actor)
    except Refusal as refusal:
        return closed_home(str(refusal))
    return home_view(await figures(services, _WINDOW), now=services.database.now())
