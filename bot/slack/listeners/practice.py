"""Someone practises: begins, or answers a case."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.practising import begin_practice, go_on_practising
from bot.slack.services import SlackServices


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the button that begins, and for every way to answer."""

    @app.action(ids.START_PRACTICE)
    async def start(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        await begin_practice(services, client, body, use_case=action["value"])
        await ack()

    @app.action(re.compile(ids.PRACTISE_PATTERN))
    async def answer(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        chosen = action.get("selected_option") or action
        await go_on_practising(services, client, body, value=chosen["value"])
        await ack()
