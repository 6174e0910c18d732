"""A running workspace with a channel, an app client, and a real Bolt app when a test wants one."""

from collections.abc import AsyncIterator

import pytest
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.app import running_workspace
from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.workspace import Workspace
from tests.sandbox.cards import actions, button, modal, note_input, section
from tests.sandbox.running import CONFIG, Clock, Connected, over_http, over_socket

# The page's tests, in a folder of their own, take these from here.
__all__ = ["actions", "button", "modal", "note_input", "over_socket", "section"]


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


@pytest.fixture(params=[over_http, over_socket], ids=["http", "socket"])
def connected(request: pytest.FixtureRequest, bolt: AsyncApp, workspace: Workspace) -> Connected:
    """Both ways to connect the app: a test that takes this runs over each."""
    return lambda: request.param(bolt, workspace)


@pytest.fixture
def clock() -> Clock:
    """Moves only when told to."""
    return Clock()
