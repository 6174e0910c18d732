"""The page's doors: what they tell, whom they let in, and the live stream."""

import asyncio
import json
from typing import Any

import aiohttp
import httpx
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import feed as feeds
from bot.sandbox.feed import Feed, TooManyStreams
from bot.sandbox.workspace import Workspace
from tests.sandbox.cards import modal, section
from tests.sandbox.running import eventually


async def test_the_state_is_what_one_person_may_see(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C0MOD", text="x")
    ben = workspace.person("U0BEN")
    state = await ben.state()
    assert state["me"]["real_name"] == "Ben Okafor"
    assert state["team"] == {"id": "T0LOCAL", "name": "Local workspace"}
    channels = {c["name"]: (c["kind"], c["unread"]) for c in state["channels"]}
    assert channels == {"moderation": ("channel", 1), "old": ("channel", 0), "hitl": ("im", 0)}
    await ben.messages("C0MOD")
    await ben.post("C0MOD", "one's own message is not news")
    assert (await ben.state())["channels"][0]["unread"] == 0


async def test_private_channels_are_closed_to_others(workspace: Workspace) -> None:
    with pytest.raises(aiohttp.ClientResponseError):
        await workspace.person("U0BEN").messages("G0OURS")
    assert not await workspace.person("U0BEN").post("G0OURS", "let me in")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
        ({"host": "evil.example"}, 403),
    ],
    ids=str,
)
async def test_a_page_elsewhere_can_not_act(
    workspace: Workspace, headers: dict[str, str], status: int
) -> None:
    act = {"user": "U0ANA", "channel": "C0MOD", "text": "hello"}
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{workspace.url}/sandbox/act/post", json=act, headers=headers)
    assert answer.status_code == status
    assert len(workspace.messages("C0MOD")) == (status == 200)


async def test_a_page_elsewhere_can_not_read_either(workspace: Workspace) -> None:
    """A name that resolves to this machine would otherwise make it the same origin."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(
            f"{workspace.url}/sandbox/state?user=U0ANA", headers={"host": "rebound.example:80"}
        )
    assert answer.status_code == 403


@pytest.mark.parametrize("body", [b"{", b"[]", b'{"user": "U0NONE"}'])
async def test_nonsense_is_answered_in_words(workspace: Workspace, body: bytes) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.post(f"{workspace.url}/sandbox/act/click", content=body)
    assert answer.json()["ok"] is False


async def test_the_stream_tells_each_person_what_concerns_them(
    workspace: Workspace, client: AsyncWebClient
) -> None:
    events: list[tuple[str, Any]] = []

    async def follow() -> None:
        url = f"{workspace.url}/sandbox/stream?user=U0ANA"
        async with (
            httpx.AsyncClient(trust_env=False, timeout=10) as http,
            http.stream("GET", url) as stream,
        ):
            name = ""
            async for line in stream.aiter_lines():
                if line.startswith("event: "):
                    name = line.removeprefix("event: ")
                if line.startswith("data: "):
                    events.append((name, json.loads(line.removeprefix("data: "))))

    following = asyncio.create_task(follow())
    await eventually(lambda: workspace.feed.is_watched)
    posted = await client.chat_postMessage(channel="C0MOD", text="a")
    await client.chat_update(channel="C0MOD", ts=posted["ts"], text="b")
    await client.chat_delete(channel="C0MOD", ts=posted["ts"])
    await client.chat_postEphemeral(channel="C0MOD", user="U0BEN", text="for Ben")
    await client.chat_postEphemeral(channel="C0MOD", user="U0ANA", text="for Ana")
    now = workspace.config.clock()
    trigger = workspace.triggers.issue(user="U0ANA", now=now)
    view = (await client.views_open(trigger_id=trigger, view=modal(section("x"))))["view"]
    await client.views_update(view_id=view["id"], view=modal(section("y")))
    ana = workspace.person("U0ANA")
    await ana.close(await ana.view())
    await client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": []})
    await eventually(lambda: len(events) >= 8)
    workspace.feed.close()
    await following
    assert [name for name, _ in events] == [
        "message",
        "message_changed",
        "message_deleted",
        "ephemeral",
        "view_opened",
        "view_updated",
        "view_closed",
        "home_published",
    ]
    assert events[0][1]["message"]["username"] == "hitl"
    assert events[2][1] == {"channel": "C0MOD", "ts": posted["ts"], "thread_ts": None}
    assert events[3][1]["message"]["text"] == "for Ana"
    assert events[5][1]["view"]["blocks"][0]["text"]["text"] == "y"


async def test_a_stream_that_lags_is_ended_so_that_its_page_fetches_anew() -> None:
    feed = Feed()
    queue = feed.open("U0ANA")
    for number in range(feeds.MOST_WAITING + 1):
        feed.publish("message", {"n": number}, to=["U0ANA"])
    async with asyncio.timeout(5):
        lines = [line async for line in feed.lines(queue)]
    assert len(lines) == feeds.MOST_WAITING + 1
    assert not feed.is_watched


def test_pages_beyond_the_limit_are_sent_away() -> None:
    feed = Feed()
    for _ in range(feeds.MOST_STREAMS):
        feed.open("U0ANA")
    with pytest.raises(TooManyStreams):
        feed.open("U0ANA")


async def test_a_permalink_leads_to_the_channel_on_the_page(client: AsyncWebClient) -> None:
    posted = await client.chat_postMessage(channel="C0MOD", text="x")
    link = await client.chat_getPermalink(channel="C0MOD", message_ts=posted["ts"])
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(link["permalink"])
    assert answer.headers["location"] == "/#/C0MOD"


async def test_the_page_may_run_its_own_code_only(workspace: Workspace) -> None:
    async with httpx.AsyncClient(trust_env=False) as http:
        page = await http.get(workspace.url)
    assert page.status_code == 200
    assert "script-src 'self'" in page.headers["content-security-policy"]
