"""response_url: five uses, half an hour, and what each can do."""

from typing import Any

import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.interactions import new_response_url
from bot.sandbox.workspace import Workspace
from tests.sandbox.cards import actions, button, section
from tests.sandbox.running import CONFIG, Clock, with_clock


@pytest.fixture
def config(clock: Clock) -> WorkspaceConfig:
    """The half hour passes by the test's clock."""
    return with_clock(CONFIG, clock)


async def source(workspace: Workspace, client: AsyncWebClient, *, ephemeral: bool) -> str:
    """The response_url of Ana's click on a message; no app needs to be there."""
    content: dict[str, Any] = {
        "text": "card",
        "blocks": [section("card"), actions(button("Go", "go"))],
    }
    if ephemeral:
        await client.chat_postEphemeral(channel="C0MOD", user="U0ANA", **content)
    else:
        await client.chat_postMessage(channel="C0MOD", **content)
    (seen,) = await workspace.person("U0ANA").messages("C0MOD")
    message = workspace.state.visible_message("C0MOD", seen.ts, user_id="U0ANA")
    ana, channel = workspace.state.user("U0ANA"), workspace.state.channel("C0MOD")
    return new_response_url(workspace, ana, channel, source=message)


async def shown(workspace: Workspace) -> list[tuple[str, bool]]:
    found = await workspace.person("U0ANA").messages("C0MOD")
    return [(message.text, message.ephemeral) for message in found]


@pytest.mark.parametrize("ephemeral", [False, True])
async def test_the_source_can_be_replaced_and_deleted(
    workspace: Workspace, client: AsyncWebClient, *, ephemeral: bool
) -> None:
    url = AsyncWebhookClient(await source(workspace, client, ephemeral=ephemeral))
    assert (await url.send(text="decided", replace_original=True)).body == "ok"
    assert await shown(workspace) == [("decided", ephemeral)]
    await url.send(delete_original=True)
    assert await shown(workspace) == []
    for again in ({"delete_original": True}, {"text": "x", "replace_original": True}):
        assert (await url.send_dict(again)).status_code == 404


async def test_by_default_an_answer_is_new_and_for_the_person_alone(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    url = AsyncWebhookClient(await source(workspace, client, ephemeral=False))
    await url.send(text="only you")
    await url.send(text="everyone", response_type="in_channel")
    assert await shown(workspace) == [("card", False), ("only you", True), ("everyone", False)]


async def test_a_sixth_use_is_refused(workspace: Workspace, client: AsyncWebClient) -> None:
    url = await source(workspace, client, ephemeral=False)
    async with httpx.AsyncClient(trust_env=False) as http:
        statuses = [(await http.post(url, json={"text": "x"})).status_code for _ in range(6)]
        last = await http.post(url, json={"text": "x"})
    assert statuses == [200] * 5 + [404]
    assert last.json()["error"] == "used_url"


async def test_half_an_hour_later_it_has_expired(
    workspace: Workspace, client: AsyncWebClient, clock: Clock
) -> None:
    url = await source(workspace, client, ephemeral=False)
    clock.now += 30 * 60 + 1
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(url, json={"text": "x"})
    assert (answer.status_code, answer.json()["error"]) == (404, "expired_url")


async def test_blocks_are_checked_there_too(workspace: Workspace, client: AsyncWebClient) -> None:
    url = await source(workspace, client, ephemeral=False)
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(url, json={"text": "x", "blocks": [{"type": "hologram"}]})
    assert answer.json()["error"] == "invalid_blocks"


async def test_a_command_has_no_original_to_replace(workspace: Workspace) -> None:
    ana, channel = workspace.state.user("U0ANA"), workspace.state.channel("C0MOD")
    url = AsyncWebhookClient(new_response_url(workspace, ana, channel))
    await url.send(text="one")
    await url.send(text="two", replace_original=True)
    assert await shown(workspace) == [("one", True), ("two", True)]
    assert (await url.send(delete_original=True)).status_code == 404
