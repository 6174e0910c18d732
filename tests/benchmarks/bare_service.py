"""A service with as little as a round trip takes, around whatever keeps a case until its click.

It takes cases, posts a message with two buttons, checks Slack's signature and tells the answer: on
the parts that the product uses, but without Bolt. It neither rewrites the message nor tells the
person anything, Slack's events do not reach it, and nothing of it keeps two clicks apart.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any, Protocol
from urllib.parse import parse_qs

import aiohttp
from fastapi import FastAPI, Request, Response
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import clicks
from bot.sandbox.app import running_workspace
from bot.sandbox.clicks import Click
from bot.sandbox.config import demo_config
from bot.sandbox.messages import Message
from bot.slack.signature import is_genuine
from tests.benchmarks.bench import CHANNEL
from tests.benchmarks.measuring import Measured, measure
from tests.benchmarks.processes import spawned
from tests.benchmarks.service import answering, caller, serve_alone
from tests.ports import free_port


class Keeper(Protocol):
    """What keeps a case until somebody answers, and the answer."""

    async def begin(self, key: str) -> None:
        """Keep that it waits."""

    async def answer(self, key: str, outcome: str) -> None:
        """Keep what was clicked."""

    async def outcome(self, key: str) -> str | None:
        """What was clicked."""


Keeping = Callable[[str], AbstractAsyncContextManager[Keeper]]
"""Opens a keeper by a database's address; found by its name, for the service is another process."""


async def bare_round_trip(
    keeping: Keeping, database: str, *, what: str, on: str, at_once: int, seconds: float
) -> Measured:
    """Submitted, kept, posted, clicked, kept, read."""
    config = replace(demo_config(channels=[CHANNEL]), events=frozenset())
    port = free_port()
    async with running_workspace(config) as workspace:
        channel = workspace.channel_id(CHANNEL)
        secrets = (config.bot_token, config.signing_secret)
        arguments = (keeping, port, database, workspace.api_url, channel, *secrets)
        workspace.request_url = f"http://127.0.0.1:{port}/slack/events"
        posted: dict[str, asyncio.Future[Message]] = {}
        post = workspace.state.post

        def noticed(message: Message) -> None:
            post(message)
            if (arrival := posted.get(message.text)) and not arrival.done():
                arrival.set_result(message)

        workspace.state.post = noticed  # type: ignore[method-assign]
        ana = workspace.state.users["U0ANA"]
        async with spawned(_serve, *arguments), caller() as http:
            url = await answering(http, port)

            async def go(_number: int) -> None:
                key = f"item-{time.perf_counter_ns()}"
                posted[key] = asyncio.get_running_loop().create_future()
                async with http.post(f"{url}/cases", json={"key": key}) as answer:
                    assert answer.ok
                card = await posted.pop(key)
                press = Click(action_id="approve", block_id=None, given={}, values={})
                await clicks.click_in_message(
                    workspace, ana, press, channel_id=card.channel, ts=card.ts
                )
                async with http.get(f"{url}/cases/{key}") as answer:
                    assert (await answer.json())["outcome"] == "approve"

            return await measure(go, what=what, on=on, at_once=at_once, seconds=seconds)


async def nothing_stored(*, at_once: int, seconds: float) -> Measured:
    """What no service can be faster than on these parts, with these callers and this Slack."""
    what = "a bare service that stores nothing"
    return await bare_round_trip(in_memory, "", what=what, on="-", at_once=at_once, seconds=seconds)


@asynccontextmanager
async def in_memory(_database: str) -> AsyncIterator[Keeper]:
    """Keeps everything until the process ends."""
    yield _InMemory()


class _InMemory:
    def __init__(self) -> None:
        self._outcomes: dict[str, str | None] = {}

    async def begin(self, key: str) -> None:
        self._outcomes[key] = None

    async def answer(self, key: str, outcome: str) -> None:
        self._outcomes[key] = outcome

    async def outcome(self, key: str) -> str | None:
        return self._outcomes[key]


def _serve(
    keeping: Keeping,
    port: int,
    database: str,
    api_url: str,
    channel: str,
    token: str,
    signing_secret: str,
) -> None:
    @asynccontextmanager
    async def running() -> AsyncIterator[FastAPI]:
        client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=[])
        async with keeping(database) as keeper, aiohttp.ClientSession() as session:
            client.session = session
            yield _app(keeper, client, channel=channel, signing_secret=signing_secret)

    serve_alone(running(), port=port)


def _app(keeper: Keeper, client: AsyncWebClient, *, channel: str, signing_secret: str) -> FastAPI:
    app = FastAPI()

    @app.post("/cases")
    async def start(request: Request) -> dict[str, str]:
        key = (await request.json())["key"]
        await keeper.begin(key)
        await client.chat_postMessage(channel=channel, text=key, blocks=_blocks(key))
        return {"key": key}

    @app.post("/slack/events")
    async def click(request: Request) -> Response:
        body = await request.body()
        if not is_genuine(body, request.headers, secret=signing_secret, now=time.time()):
            return Response(status_code=401)
        action = json.loads(parse_qs(body.decode())["payload"][0])["actions"][0]
        await keeper.answer(action["value"], action["action_id"])
        return Response()

    @app.get("/cases/{key}")
    async def read(key: str) -> dict[str, Any]:
        return {"outcome": await keeper.outcome(key)}

    return app


def _blocks(key: str) -> list[dict[str, Any]]:
    buttons = [
        {
            "type": "button",
            "action_id": name,
            "text": {"type": "plain_text", "text": name.capitalize()},
            "value": key,
        }
        for name in ("approve", "reject")
    ]
    return [
        {"type": "section", "text": {"type": "plain_text", "text": key}},
        {"type": "actions", "elements": buttons},
    ]
