"""Two services on one PostgreSQL, each a process of its own, with one workspace between them."""

import asyncio
import signal
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import pytest

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from bot.sandbox.directory import UserGroup
from bot.sandbox.workspace import Workspace
from tests.intake.requests import moderation_case
from tests.postgres import Server
from tests.service.process import Served, environment, serving, slack_settings

ANA, CHLOE = "U0ANA", "U0CHLOE"


@dataclass(frozen=True, slots=True)
class Pair:
    """Both services and the workspace they share."""

    workspace: Workspace
    a: Served
    b: Served


@asynccontextmanager
async def running_pair(folder: Path, server: Server) -> AsyncIterator[Pair]:
    """Both started at once, on a database that has no tables yet."""
    groups = (
        UserGroup(id="S0MODS", handle="moderators", users=(ANA,)),
        UserGroup(id="S0LEADS", handle="moderation-leads", users=(CHLOE,)),
    )
    config = demo_config(channels=["#moderation", "#digits"], groups=groups)
    name = server.create()
    async with running_workspace(config) as workspace:
        slack = slack_settings(config, workspace, socket=False)
        env = environment(folder, HITL_DATABASE_URL=server.url(name), **slack)
        first, second = serving(folder, env), serving(folder, env)
        a, b = await asyncio.gather(first.__aenter__(), second.__aenter__())
        try:
            yield Pair(workspace, a, b)
        finally:
            await asyncio.gather(*(s.__aexit__(None, None, None) for s in (first, second)))
    server.drop(name)


@pytest.fixture
async def pair(tmp_path: Path, postgresql: Server) -> AsyncIterator[Pair]:
    async with running_pair(tmp_path, postgresql) as pair:
        yield pair


def posted(workspace: Workspace) -> Counter[str]:
    """How many cards each case has."""
    cards = (message.metadata for message in workspace.messages("#moderation"))
    return Counter(metadata["event_payload"]["case"] for metadata in cards if metadata)


async def test_a_case_sent_to_one_replica_is_decided_on_the_other(pair: Pair) -> None:
    pair.workspace.request_url = f"{pair.b.url}/slack/events"
    channel = pair.workspace.channel_id("moderation")
    async with pair.a.api() as api, pair.workspace.person(ANA) as ana:
        case = (await api.post("/v1/cases", json=moderation_case())).json()
        card = await ana.wait_for_message(channel, "May this post stay up?", timeout=15)
        waiting = asyncio.create_task(api.get(f"/v1/cases/{case['id']}", params={"wait": 30}))
        await asyncio.sleep(0.3)
        assert await ana.click(card, "Reject · remove post")
        clicked_at = asyncio.get_running_loop().time()
        decided = (await waiting).json()
        # Rung by the other replica: without that, the waiter looks after three seconds.
        assert asyncio.get_running_loop().time() - clicked_at < 2
        assert decided["outcome"]["reviewer"] == ANA
        await ana.wait_for_message(channel, lambda m: m.ts == card.ts and not m.buttons)
    assert posted(pair.workspace) == {str(case["id"]): 1}


@pytest.mark.slow
async def test_what_a_killed_replica_had_accepted_is_delivered_by_the_other(pair: Pair) -> None:
    accepted: set[str] = set()
    async with pair.a.api() as to_a, pair.b.api() as to_b:
        for number, api in zip(range(20), cycle((to_a, to_b)), strict=False):
            response = await api.post("/v1/cases", json=moderation_case(f"post-{number}"))
            accepted.add(str(response.json()["id"]))
        await pair.a.stop(signal.SIGKILL)
        async with asyncio.timeout(90):  # a lease, and Slack's rate of a post each second
            while posted(pair.workspace).keys() != accepted:  # noqa: ASYNC110 - others post
                await asyncio.sleep(0.1)
        assert set(posted(pair.workspace).values()) == {1}
        listed = (await to_b.get("/v1/cases")).json()["items"]
        assert {str(case["id"]) for case in listed} == accepted
