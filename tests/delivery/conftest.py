"""A local workspace, a real database, and a desk between them; time runs and can be skipped."""

from collections.abc import AsyncIterator
from datetime import timedelta

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.channels import Channels
from bot.delivery.desk import Desk
from bot.delivery.health import Health
from bot.findings import Findings
from bot.sandbox.app import running_workspace
from bot.sandbox.config import PEOPLE, WorkspaceConfig
from bot.sandbox.directory import Channel
from bot.sandbox.workspace import Workspace
from bot.slack.directory import Directory
from hitl.policy import Policy, parse_policy
from hitl.reports.precedents import Precedents
from hitl.storage.database import Database
from tests.delivery.calling import Calling
from tests.delivery.running import RunningClock
from tests.receiver import Receiver, running_receiver

APP = "U0HITLBOT"
EVERYONE = frozenset({"U0ANA", "U0BEN", "U0CHLOE", "U0DEV", APP})

POLICY = """
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"

[use_cases.spam]
preset = "spam"
channel = "#spam"
fallback_channel = "#moderation"
"""


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk would send loopback calls to the environment's proxy."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def clock() -> RunningClock:
    return RunningClock()


@pytest.fixture
def engine() -> str:
    """Only what several processes share is worth trying on both databases."""
    return "sqlite"


@pytest.fixture
def config(clock: RunningClock) -> WorkspaceConfig:
    return WorkspaceConfig(
        users=PEOPLE,
        channels=(
            Channel(id="C0MOD", name="moderation", members=set(EVERYONE)),
            Channel(id="C0SPAM", name="spam", members=set(EVERYONE)),
        ),
        clock=lambda: clock().timestamp(),
        file_processing=0.0,
    )


@pytest.fixture
async def workspace(config: WorkspaceConfig) -> AsyncIterator[Workspace]:
    async with running_workspace(config) as running:
        yield running


@pytest.fixture
def policy() -> Policy:
    return parse_policy(POLICY)


@pytest.fixture
def health() -> Health:
    return Health()


@pytest.fixture
async def desk(workspace: Workspace, database: Database, policy: Policy) -> AsyncIterator[Desk]:
    timeout = aiohttp.ClientTimeout(total=2)
    async with aiohttp.ClientSession(timeout=timeout) as session:
        client = AsyncWebClient(
            token=workspace.config.bot_token,
            base_url=workspace.api_url,
            session=session,
            retry_handlers=[],
        )
        yield Desk(
            database=database,
            policy=policy,
            client=client,
            session=session,
            channels=Channels(client, clock=database.now),
            directory=Directory(client),
            precedents=Precedents(database),
            findings=Findings(database, lambda: list(policy.use_cases.values())),
            history_lag=timedelta(seconds=0.2),
        )


@pytest.fixture
def calling(database: Database, policy: Policy) -> Calling:
    return Calling(database, policy)


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with running_receiver() as running:
        yield running
