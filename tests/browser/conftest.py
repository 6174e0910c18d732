"""A real Chromium in front of a real workspace, with a small review app behind it."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from bot.sandbox.directory import UserGroup
from bot.sandbox.workspace import Workspace
from tests.browser.review_app import review_app
from tests.sandbox.running import over_socket

CHANNEL = "C0001LOCAL"
OTHER_CHANNEL = "C0002LOCAL"
CONFIG = demo_config(
    channels=["#moderation", "#digits"],
    groups=[UserGroup(id="S0MODS", handle="moderators", users=("U0ANA",))],
)
DESKTOP = {"width": 1280, "height": 850}
NAMES = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--lang=en-GB",
]

OpenPage = Callable[..., Awaitable[Page]]


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk would send loopback calls to the environment's proxy."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture(scope="session")
def chromium() -> str:
    """The browser's path; without one the tests are skipped, in CI they fail."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return found
    reason = f"no Chromium here: set CHROMIUM to its path, or install one of {', '.join(NAMES)}"
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)


@pytest_asyncio.fixture(scope="package", loop_scope="package")
async def browser(chromium: str) -> AsyncIterator[Browser]:
    """One browser for all tests here; each page has a context of its own."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="package")
async def workspace() -> AsyncIterator[Workspace]:
    """A running workspace with two channels and no app yet."""
    async with running_workspace(CONFIG) as running:
        yield running


@pytest_asyncio.fixture(loop_scope="package")
async def client(workspace: Workspace) -> AsyncIterator[AsyncWebClient]:
    """The app's own client."""
    async with ClientSession() as session:
        yield AsyncWebClient(
            token=CONFIG.bot_token,
            base_url=workspace.api_url,
            session=session,
            retry_handlers=[],
        )


@pytest_asyncio.fixture(loop_scope="package")
async def app(workspace: Workspace, client: AsyncWebClient) -> AsyncIterator[AsyncApp]:
    """The review app, connected."""
    app = review_app(client, signing_secret=CONFIG.signing_secret)
    async with over_socket(app, workspace):
        yield app


@pytest_asyncio.fixture(loop_scope="package")
async def open_page(browser: Browser, workspace: Workspace) -> AsyncIterator[OpenPage]:
    """Opens the page as a person; at the end no page may have logged an error."""
    complaints: list[str] = []
    contexts: list[AbstractAsyncContextManager[Page]] = []

    async def opened(user: str = "U0ANA", *, at: str = CHANNEL, **options: Any) -> Page:
        context = _page(browser, complaints, **{"viewport": DESKTOP} | options)
        page = await context.__aenter__()
        contexts.append(context)
        await page.goto(f"{workspace.url}/#{user}/{at}")
        await page.get_by_role("heading", level=1).wait_for()
        return page

    yield opened
    for context in contexts:
        await context.__aexit__(None, None, None)
    assert complaints == []


@asynccontextmanager
async def _page(browser: Browser, complaints: list[str], **options: Any) -> AsyncIterator[Page]:
    context = await browser.new_context(**options)
    context.set_default_timeout(8000)
    page = await context.new_page()

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    page.on("console", note)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    yield page
    await context.close()
