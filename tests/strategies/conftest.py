"""The whole service in this process, a workspace, and servers with models that do as told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.app import running_service
from bot.sandbox.app import running_workspace
from bot.sandbox.config import PEOPLE, WorkspaceConfig
from bot.sandbox.directory import AppIdentity, Channel, User, UserGroup
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from bot.settings import Settings
from hitl.policy import parse_policy
from tests.delivery.calling import SECRET
from tests.intake.requests import moderation_case

KEY, OTHER_KEY = "the-key-of-the-caller", "a-key-of-somebody-else"
TOKEN = "the-token-of-the-models"
ANA, USER = "U0ANA", "U0USER"
CONFIG = WorkspaceConfig(
    users=(
        *PEOPLE,
        User(id=USER, name="uma", real_name="Uma User", is_restricted=True),
    ),
    groups=(UserGroup(id="S0MODS", handle="moderators", users=(ANA,)),),
    channels=(
        Channel(
            id="C0MOD",
            name="moderation",
            members={person.id for person in PEOPLE} | {AppIdentity().user_id},
        ),
    ),
)
POLICY = """
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"
reviewers = ["@moderators"]
audit_rate = 0
escalate = [{chain}]
costs = {{ ai = 0.001, review = 2.0, second_model = 0.05 }}
"""


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk would send loopback calls to the environment's proxy."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@dataclass(slots=True)
class Stage:
    """A service under a chain, as its callers and the people of its workspace see it."""

    workspace: Workspace
    url: str
    api: httpx.AsyncClient
    stranger: httpx.AsyncClient
    """With another key."""

    async def submit(self, key: str = "post-1", **changes: Any) -> dict[str, Any]:
        request = moderation_case(key, **{"ask": {"slack_user": USER}} | changes)
        response = await self.api.post("/v1/cases", json=request)
        assert response.status_code == 201, response.text
        found: dict[str, Any] = response.json()
        return found

    async def decided(self, case: dict[str, Any]) -> dict[str, Any]:
        response = await self.api.get(f"/v1/cases/{case['id']}", params={"wait": 20})
        found: dict[str, Any] = response.json()
        assert found["state"] == "decided"
        return found

    def post(self, case: dict[str, Any], what: str, **body: Any) -> Awaitable[httpx.Response]:
        return self.api.post(f"/v1/cases/{case['id']}/{what}", json=body)

    def person(self, user_id: str) -> Person:
        return self.workspace.person(user_id)

    async def card(self, phrase: str = "May this post stay up?") -> SeenMessage:
        """The card, once people are asked."""
        async with self.person(ANA) as ana:
            return await ana.wait_for_message("C0MOD", phrase, timeout=15)

    async def message(self, phrase: str, *, to: str = USER) -> SeenMessage:
        """What somebody was written directly."""
        channel = self.workspace.state.direct_channel(to).id
        async with self.person(to) as person:
            return await person.wait_for_message(channel, phrase, timeout=15)

    async def click(self, who: str, message: SeenMessage, which: str) -> None:
        async with self.person(who) as person:
            assert await person.click(message, which)

    async def cards(self) -> list[SeenMessage]:
        async with self.person(ANA) as ana:
            return await ana.messages("C0MOD")


Staging = Callable[..., Awaitable[Stage]]


@pytest.fixture
async def staged(tmp_path: Path) -> AsyncIterator[Staging]:
    """Starts a service whose policy has the given steps."""
    async with AsyncExitStack() as stack:

        async def stage(*chain: str, **settings: Any) -> Stage:
            return await stack.enter_async_context(
                _stage(tmp_path, chain=", ".join(chain), **settings)
            )

        yield stage


@asynccontextmanager
async def _stage(folder: Path, *, chain: str, **settings: Any) -> AsyncIterator[Stage]:
    async with running_workspace(CONFIG) as workspace:
        usual: dict[str, Any] = {
            "database_url": f"sqlite:///{folder}/hitl.db",
            "port": 0,
            "api_keys": (SecretStr(KEY), SecretStr(OTHER_KEY)),
            "slack_bot_token": SecretStr(CONFIG.bot_token),
            "slack_signing_secret": SecretStr(CONFIG.signing_secret),
            "slack_api_url": workspace.api_url,
            "webhook_secrets": (SecretStr(SECRET),),
            "webhook_allow": ("127.0.0.1",),
            "model_tokens": (SecretStr(f"127.0.0.1={TOKEN}"),),
        }
        policy = parse_policy(POLICY.format(chain=chain))
        async with running_service(
            Settings(_env_file=None, **usual | settings),
            policy,
            paced=False,
        ) as service:
            workspace.request_url = f"{service.url}/slack/events"
            async with _caller(service.url, KEY) as api, _caller(service.url, OTHER_KEY) as other:
                yield Stage(workspace, service.url, api, other)
            await workspace.aclose()


def _caller(url: str, key: str) -> httpx.AsyncClient:
    headers = {"Authorization": f"Bearer {key}"}
    return httpx.AsyncClient(base_url=url, headers=headers, trust_env=False, timeout=30)
