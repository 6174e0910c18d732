"""Trouble on order: each fault does what it says, as often as it says."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any

import aiohttp
import httpx
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.rates import Rates
from bot.sandbox.workspace import Workspace
from tests.sandbox.running import CONFIG, Clock, refusal, with_clock


@pytest.fixture
def post(client: AsyncWebClient) -> Callable[[], Awaitable[Any]]:
    """Posts a message."""
    return lambda: client.chat_postMessage(channel="C0MOD", text="x")


Post = Callable[[], Awaitable[Any]]


async def test_a_rate_limit_says_how_long_to_wait(workspace: Workspace, post: Post) -> None:
    workspace.order_fault("chat.postMessage", "ratelimited", retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(SlackApiError) as limited:
            await post()
        assert limited.value.response.status_code == 429
        assert limited.value.response["error"] == "ratelimited"
        assert limited.value.response.headers["Retry-After"] == "7"
    assert await post()


async def test_an_error_is_answered_with_nothing_done(workspace: Workspace, post: Post) -> None:
    workspace.order_fault("*", "error", error="token_revoked", times=None)
    for _ in range(3):
        assert await refusal(post()) == "token_revoked"
    assert workspace.messages("C0MOD") == []
    workspace.faults.clear()
    assert await post()


async def test_a_server_error_has_its_status(workspace: Workspace, post: Post) -> None:
    workspace.order_fault("chat.postMessage", "http_500")
    with pytest.raises(SlackApiError) as broken:
        await post()
    assert broken.value.response.status_code == 500


@pytest.mark.parametrize(("kind", "posted"), [("timeout_before", 0), ("timeout_after", 1)])
async def test_a_lost_connection_leaves_the_outcome_unknown(
    workspace: Workspace, post: Post, kind: Any, posted: int
) -> None:
    workspace.order_fault("chat.postMessage", kind)
    with pytest.raises(aiohttp.ClientError):
        await post()
    assert len(workspace.messages("C0MOD")) == posted


async def test_a_hanging_call_outlasts_the_clients_patience(workspace: Workspace) -> None:
    workspace.order_fault("chat.postMessage", "timeout_after", seconds=30)
    hasty = AsyncWebClient(
        token=workspace.config.bot_token,
        base_url=workspace.api_url,
        timeout=1,
        retry_handlers=[],
    )
    with pytest.raises(asyncio.TimeoutError):
        await hasty.chat_postMessage(channel="C0MOD", text="x")
    assert len(workspace.messages("C0MOD")) == 1


async def test_a_delay_is_only_slow(workspace: Workspace, post: Post) -> None:
    workspace.order_fault("chat.postMessage", "delay", seconds=0.2)
    started = time.monotonic()
    assert await post()
    assert time.monotonic() - started >= 0.2


async def test_a_lagging_history_does_not_show_the_newest(
    workspace: Workspace, client: AsyncWebClient, post: Post
) -> None:
    await post()
    workspace.order_fault("conversations.history", "lag", seconds=60, times=2)
    seen = [len((await client.conversations_history(channel="C0MOD"))["messages"]) for _ in "123"]
    assert seen == [0, 0, 1]


async def test_faults_are_ordered_and_cleared_over_http(workspace: Workspace, post: Post) -> None:
    url = f"{workspace.url}/sandbox/faults"
    async with httpx.AsyncClient(trust_env=False) as http:
        assert (await http.post(url, json={"method": "*", "kind": "nonsense"})).status_code == 400
        order = {"method": "chat.postMessage", "kind": "error", "error": "fatal_error"}
        assert (await http.post(url, json=order | {"times": None})).json() == {"ok": True}
        assert await refusal(post()) == "fatal_error"
        await http.delete(url)
        calls = (await http.get(f"{workspace.url}/sandbox/calls")).json()["calls"]
    assert calls[0]["error"] == "fatal_error"
    assert await post()


class TestRates:
    """Slack's own limits, when the workspace is told to keep them."""

    @pytest.fixture
    def config(self, clock: Clock) -> WorkspaceConfig:
        return replace(with_clock(CONFIG, clock), enforce_rates=True)

    async def test_a_channel_takes_a_burst_and_then_one_message_a_second(
        self, client: AsyncWebClient, clock: Clock, post: Post
    ) -> None:
        for _ in range(5):
            await post()
        with pytest.raises(SlackApiError) as limited:
            await post()
        assert limited.value.response.headers["Retry-After"] == "1"
        assert await client.chat_postMessage(channel="G0OURS", text="another channel")
        clock.now += 1
        await post()
        assert await refusal(post()) == "ratelimited"

    async def test_a_method_of_tier_2_takes_20_calls_a_minute(
        self, client: AsyncWebClient, clock: Clock
    ) -> None:
        for _ in range(20):
            await client.users_list()
        assert await refusal(client.users_list()) == "ratelimited"
        clock.now += 3
        assert await client.users_list()


def test_an_idle_bucket_does_not_save_up_more_than_a_burst(clock: Clock) -> None:
    rates = Rates(clock=clock)
    rates.wait_for_channel("C")
    clock.now += 3600
    assert [rates.wait_for_channel("C") for _ in range(6)] == [0, 0, 0, 0, 0, 1]
