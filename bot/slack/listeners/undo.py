"""Someone takes back what they decided a moment ago."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.slack import ids
from bot.slack.services import SlackServices
from bot.slack.undoing import show_undone_instead, take_back


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the button beside what they were told they had chosen."""

    @app.action(ids.UNDO)
    async def press(ack: AsyncAck, action: dict[str, Any], body: dict[str, Any]) -> None:
        case = await take_back(services, body, int(action["value"]))
        await ack()
        show_undone_instead(case, services, body=body)
