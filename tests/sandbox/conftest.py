"""A running workspace with a channel, an app client, and a real Bolt app when a test wants one."""

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

from bot.sandbox.app import running_workspace
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


def button(text: str, action_id: str, **more: Any) -> dict[str, Any]:
    """A button element."""
    caption = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action_id, "text": caption, **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A block of controls."""
    return {"type": "actions", "elements": list(elements), **more}


def section(text: str, **more: Any) -> dict[str, Any]:
    """A block of text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def note_input(**more: Any) -> dict[str, Any]:
    """An input block with the id ``note`` twice over."""
    element = {"type": "plain_text_input", "action_id": "note"}
    label = {"type": "plain_text", "text": "Why?"}
    return {"type": "input", "block_id": "note", "label": label, "element": element, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal that can be sent."""
    words = {"title": "Review", "submit": "Send"}
    texts = {key: {"type": "plain_text", "text": text} for key, text in words.items()}
    return {"type": "modal", "callback_id": "review", "blocks": list(blocks), **texts, **more}


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


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk would send loopback calls to the environment's proxy."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def config() -> WorkspaceConfig:
    """Overridden by modules that need another workspace."""
    return CONFIG


@pytest.fixture
async def workspace(config: WorkspaceConfig) -> AsyncIterator[Workspace]:
    """A running workspace."""
    async with running_workspace(config) as running:
        yield running


@pytest.fixture
def client(workspace: Workspace) -> AsyncWebClient:
    """The app's own client."""
    return AsyncWebClient(
        token=workspace.config.bot_token, base_url=workspace.api_url, retry_handlers=[]
    )


@pytest.fixture
def bolt(workspace: Workspace) -> AsyncApp:
    """A Bolt app that is not reachable yet."""
    return AsyncApp(
        token=workspace.config.bot_token,
        signing_secret=workspace.config.signing_secret,
        client=AsyncWebClient(
            token=workspace.config.bot_token, base_url=workspace.api_url, retry_handlers=[]
        ),
    )


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


@pytest.fixture(params=[over_http, over_socket], ids=["http", "socket"])
def connected(request: pytest.FixtureRequest, bolt: AsyncApp, workspace: Workspace) -> Connected:
    """Both ways to connect the app: a test that takes this runs over each."""
    return lambda: request.param(bolt, workspace)


class Clock:
    """A clock that tests move by hand."""

    def __init__(self) -> None:
        self.now = 1_900_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """Moves only when told to."""
    return Clock()


def with_clock(config: WorkspaceConfig, clock: Clock) -> WorkspaceConfig:
    """The same workspace by another clock."""
    return replace(config, clock=clock)
