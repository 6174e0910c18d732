"""The same round trip through LangGraph's interrupt and resume, which keeps no queue, no policy,
no people and no statistics: a graph that stops, is stored, and goes on when somebody answers.

A small FastAPI service around it does what it leaves to its users: take cases, post a message with
two buttons, check Slack's signature, tell whoever waits. Nothing keeps two clicks apart.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, TypedDict
from urllib.parse import parse_qs

import aiohttp
from fastapi import FastAPI, Request, Response
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox import clicks
from bot.sandbox.app import running_workspace
from bot.sandbox.clicks import Click
from bot.sandbox.config import demo_config
from bot.sandbox.messages import Message
from bot.serving import listen, serving
from bot.slack.signature import is_genuine
from tests.benchmarks.bench import CHANNEL
from tests.benchmarks.measuring import Measured, measure
from tests.benchmarks.processes import SERVICE_CORE, spawned, use_core
from tests.benchmarks.service import caller
from tests.ports import free_port
from tests.postgres import Server


async def langgraph(
    folder: Path, server: Server | None, *, at_once: int, seconds: float
) -> Measured:
    """Start a thread that interrupts, click, resume, read."""
    config = replace(demo_config(channels=[CHANNEL]), events=frozenset())
    on = "sqlite" if server is None else "postgresql"
    database = f"{folder}/langgraph-{time.time()}.db"
    if server is not None:
        database = server.url(server.create())
    port = free_port()
    async with running_workspace(config) as workspace:
        channel = workspace.channel_id(CHANNEL)
        secrets = (config.bot_token, config.signing_secret)
        arguments = (port, database, workspace.api_url, channel, *secrets)
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
            url = await _ready(http, port)

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

            return await measure(
                go, what="the same through LangGraph", on=on, at_once=at_once, seconds=seconds
            )


async def _ready(http: aiohttp.ClientSession, port: int) -> str:
    url = f"http://127.0.0.1:{port}"
    async with asyncio.timeout(60):
        while True:
            try:
                async with http.get(f"{url}/openapi.json"):
                    return url
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


class _State(TypedDict):
    key: str
    outcome: str


@asynccontextmanager
async def _graph(database: str) -> AsyncIterator[Any]:
    # Of the extra `peers`, which most who measure do not have.
    from langgraph.checkpoint.postgres.aio import AsyncPostgresSaver  # noqa: PLC0415
    from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver  # noqa: PLC0415
    from langgraph.graph import END, START, StateGraph  # noqa: PLC0415
    from langgraph.types import interrupt  # noqa: PLC0415

    def ask(state: _State) -> dict[str, str]:
        return {"outcome": interrupt({"key": state["key"]})}

    builder = StateGraph(_State)
    builder.add_node("ask", ask)
    builder.add_edge(START, "ask")
    builder.add_edge("ask", END)
    saver = AsyncPostgresSaver if database.startswith("postgresql") else AsyncSqliteSaver
    async with saver.from_conn_string(database) as checkpointer:
        await checkpointer.setup()
        yield builder.compile(checkpointer=checkpointer)


def _serve(
    port: int, database: str, api_url: str, channel: str, token: str, signing_secret: str
) -> None:
    import uvloop  # noqa: PLC0415 - as the service does, where it is there

    use_core(SERVICE_CORE)

    async def forever() -> None:
        client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=[])
        async with _graph(database) as graph, aiohttp.ClientSession() as session:
            client.session = session
            app = _app(graph, client, channel=channel, signing_secret=signing_secret)
            with listen("127.0.0.1", port) as listener:
                async with serving(app, listener):
                    await asyncio.Event().wait()

    uvloop.run(forever())


def _app(graph: Any, client: AsyncWebClient, *, channel: str, signing_secret: str) -> FastAPI:
    from langgraph.types import Command  # noqa: PLC0415 - of the extra `peers`

    app = FastAPI()

    @app.post("/cases")
    async def start(request: Request) -> dict[str, str]:
        key = (await request.json())["key"]
        await graph.ainvoke({"key": key}, _thread(key), durability="sync")
        await client.chat_postMessage(channel=channel, text=key, blocks=_blocks(key))
        return {"key": key}

    @app.post("/slack/events")
    async def click(request: Request) -> Response:
        body = await request.body()
        if not is_genuine(body, request.headers, secret=signing_secret, now=time.time()):
            return Response(status_code=401)
        action = json.loads(parse_qs(body.decode())["payload"][0])["actions"][0]
        answer: Any = Command(resume=action["action_id"])
        await graph.ainvoke(answer, _thread(action["value"]), durability="sync")
        return Response()

    @app.get("/cases/{key}")
    async def read(key: str) -> dict[str, Any]:
        return {"outcome": (await graph.aget_state(_thread(key))).values.get("outcome")}

    return app


def _thread(key: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": key}}


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
