"""Someone wants to see the past cases that are like the one before them."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.similar import similar_view
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal
from hitl.precedents import MOST_SHOWN
from hitl.storage.precedents import precedents_of


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the button beside their number."""

    @app.action(ids.SHOW_SIMILAR)
    async def show_similar(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        case_id, listed = ids.choice(action["value"])
        case, use_case = await services.find(case_id)
        await services.require_viewer(actor_of(body), case, use_case)
        wanted = [int(each) for each in listed.split(",")[:MOST_SHOWN] if each.isdecimal()]
        # Whatever the value says, they are cases that this person may look at as well.
        found = await services.database.read(lambda c: precedents_of(c, use_case.name, wanted))
        await open_modal(client, body, similar_view(case, found, use_case=use_case))
        await ack()
