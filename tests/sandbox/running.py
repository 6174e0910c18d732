"""What tests run: a workspace's setting, a clock of their own, a Bolt app connected either way."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest
import uvicorn
from fastapi import FastAPI, Request, Response
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.config import PEOPLE, WorkspaceConfig
from bot.sandbox.directory import Channel, User, UserGroup
from bot.sandbox.workspace import Workspace

APP = "U0HITLBOT"
EVERYONE = {"U0ANA", "U0BEN", "U0CHLOE", "U0DEV", APP}

CONFIG = WorkspaceConfig(
    users=(
        *PEOPLE,
        User(id="U0GUEST", name="gus", real_name="Gus Guest", is_restricted=True),
        User(id="U0GONE", name="gone", real_name="Gone Person", email="g@x.test", deleted=True),
    ),
    groups=(UserGroup(id="S0MODS", handle="moderators", users=("U0ANA", "U0BEN")),),
    channels=(
        Channel(id="C0MOD", name="moderation", members=EVERYONE | {"U0GUEST"}),
        Channel(id="C0OLD", name="old", members=set(EVERYONE), is_archived=True),
        Channel(id="C0ELSE", name="elsewhere", members={"U0ANA"}),
        Channel(id="G0SECRET", name="secret", kind="group", members={"U0ANA"}),
        Channel(id="G0OURS", name="ours", kind="group", members={"U0ANA", APP}),
    ),
)

Connected = Callable[[], AbstractAsyncContextManager[Any]]


class Clock:
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        self.now = 1_900_000_000.0

    def __call__(self) -> float:
        return self.now


def with_clock(config: WorkspaceConfig, clock: Clock) -> WorkspaceConfig:
    """The same workspace by another clock."""
    return replace(config, clock=clock)


async def eventually(condition: Callable[[], Any]) -> None:
    """Return once the condition holds; fail after a few seconds."""
    async with asyncio.timeout(5):
        while not condition():  # noqa: ASYNC110 - whatever it is, it tells no other way
            await asyncio.sleep(0.01)


async def refusal(call: Awaitable[Any]) -> str:
    """The error code Slack answers a call with."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


@asynccontextmanager
async def over_http(app: AsyncApp, workspace: Workspace) -> AsyncIterator[None]:
    """Serve a Bolt app on a free port and tell the workspace where."""
    handler = AsyncSlackRequestHandler(app)
    web = FastAPI()

    async def events(request: Request) -> Response:
        return await handler.handle(request)

    web.add_api_route("/slack/events", events, methods=["POST"])
    settings = uvicorn.Config(web, port=0, lifespan="off", log_level="warning")
    server = uvicorn.Server(settings)
    serving = asyncio.create_task(server.serve())
    await eventually(lambda: server.started)
    port = server.servers[0].sockets[0].getsockname()[1]
    workspace.request_url = f"http://127.0.0.1:{port}/slack/events"
    try:
        yield
    finally:
        server.should_exit = True
        await serving


@asynccontextmanager
async def over_socket(app: AsyncApp, workspace: Workspace) -> AsyncIterator[Any]:
    """Connect a Bolt app by Socket Mode."""
    web_client = AsyncWebClient(base_url=workspace.api_url)
    handler = AsyncSocketModeHandler(
        app, app_token=workspace.config.app_token, web_client=web_client
    )
    await handler.connect_async()  # type: ignore[no-untyped-call]
    await eventually(lambda: workspace.sockets.connected)
    try:
        yield handler
    finally:
        await handler.close_async()  # type: ignore[no-untyped-call]
