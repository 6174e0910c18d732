"""A real Bolt app and real people meet in the workspace, over HTTP and over Socket Mode."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.workspace import Workspace

Connected = Callable[[], AbstractAsyncContextManager[Any]]

BUTTONS: list[dict[str, Any]] = [
    {"type": "section", "text": {"type": "mrkdwn", "text": "May this stay up?"}},
    {
        "type": "actions",
        "elements": [
            {
                "type": "button",
                "action_id": "approve",
                "value": "41",
                "text": {"type": "plain_text", "text": "Approve · keep post"},
            }
        ],
    },
]


async def test_a_click_reaches_the_app_and_its_answer_rewrites_the_message(
    workspace: Workspace, bolt: AsyncApp, client: AsyncWebClient, connected: Connected
) -> None:
    bodies = []

    @bolt.action("approve")
    async def approve(ack: Any, body: dict[str, Any], respond: Any) -> None:
        await ack()
        bodies.append(body)
        await respond(text=f"Approved by {body['user']['name']}", replace_original=True)

    await client.chat_postMessage(channel="C0MOD", text="Case 41", blocks=BUTTONS)
    async with connected():
        ana = workspace.person("U0ANA")
        card = await ana.wait_for_message("C0MOD", "May this stay up?")
        assert card.buttons == ["Approve · keep post"]
        assert await ana.click(card, "Approve · keep post")
        await ana.wait_for_message("C0MOD", "Approved by ana")
    assert bodies[0]["actions"][0]["value"] == "41"
    assert bodies[0]["message"]["ts"] == card.ts
    assert bodies[0]["container"]["channel_id"] == "C0MOD"
    assert bodies[0]["team"]["id"] == bodies[0]["user"]["team_id"] == "T0LOCAL"
    assert bodies[0]["is_enterprise_install"] is False
    assert workspace.messages("#moderation")[0].text == "Approved by ana"
