"""The dashboard as the service serves it, in front of a local workspace, and who comes there."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

import httpx
from fastapi import FastAPI
from pydantic import SecretStr
from slack_sdk.web.async_client import AsyncWebClient

from bot.dashboard.app import install_dashboard
from bot.dashboard.doorkeeper import Doorkeeper
from bot.dashboard.links import Links
from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.intake.stored_keys import look_at_keys
from bot.sandbox.app import running_workspace
from bot.sandbox.config import PEOPLE, WorkspaceConfig
from bot.sandbox.directory import AppIdentity, Channel, User, UserGroup
from bot.sandbox.workspace import Workspace
from bot.services import Services
from bot.slack.directory import Directory
from bot.slack.people import Actor
from hitl.api_keys import Scope, new_key
from hitl.storage.api_keys import create_key
from hitl.storage.database import Database
from tests.examples import example_policy

ADDRESS = "http://hitl.test"
KEY = "a-key-for-tests-only"
TEAM = "T0LOCAL"
_EVERYONE = {person.id for person in PEOPLE} | {AppIdentity().user_id, "U0GUEST"}
CONFIG = WorkspaceConfig(
    users=(*PEOPLE, User(id="U0GUEST", name="gus", real_name="Gus Guest", is_restricted=True)),
    groups=(
        UserGroup(id="S0MODS", handle="moderators", users=("U0ANA", "U0BEN")),
        UserGroup(id="S0LEADS", handle="moderation-leads", users=("U0BEN",)),
    ),
    channels=(
        Channel(id="C0MOD", name="moderation", members=set(_EVERYONE)),
        Channel(id="C0DIG", name="digits", members=set(_EVERYONE)),
    ),
)


class Monotonic:
    """What Slack said is kept for a minute of this."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@dataclass(slots=True)
class House:
    """The service, its keys and links, and the people outside."""

    services: Services
    links: Links
    keyring: Keyring
    workspace: Workspace
    monotonic: Monotonic
    app: FastAPI

    def browser(self, address: str = ADDRESS) -> httpx.AsyncClient:
        """Somebody's browser: it keeps cookies and says where its forms come from."""
        return httpx.AsyncClient(
            transport=httpx.ASGITransport(self.app, raise_app_exceptions=False),
            base_url=address,
            headers={"Origin": address},
        )

    def link(self, user: str = "U0ANA") -> str:
        """What that person gets from ``/hitl dashboard``: the token of the link."""
        address = self.links.make(Actor(user, TEAM, None), now=self.services.database.now())
        return parse_qs(urlsplit(address).query)["link"][0]

    async def key(self, *scopes: Scope, use_cases: frozenset[str] | None = None) -> str:
        """A stored key that is accepted already."""
        key = new_key()
        await self.services.database.write(
            lambda tx: create_key(tx, key, name=key.id, scopes=scopes, use_cases=use_cases)
        )
        await self.look_at_keys()
        return key.token

    async def look_at_keys(self) -> None:
        await look_at_keys(self.services.database, self.keyring)

    @asynccontextmanager
    async def signed_in(self, user: str = "U0ANA") -> AsyncIterator[httpx.AsyncClient]:
        """A browser in which the person has opened their link."""
        async with self.browser() as browser:
            entered = await browser.post("/dashboard/enter", data={"link": self.link(user)})
            assert entered.status_code == 303, entered.text
            yield browser


@asynccontextmanager
async def opened_house(database: Database, *, public_url: str) -> AsyncIterator[House]:
    """The house for as long as the block runs."""
    async with running_workspace(CONFIG) as workspace:
        client = AsyncWebClient(
            token=CONFIG.bot_token, base_url=workspace.api_url, retry_handlers=[]
        )
        links = Links(CONFIG.bot_token, public_url=public_url)
        services = Services(
            database=database, policy=example_policy(), draw=lambda: 0.5, links=links
        )
        keyring, monotonic = Keyring([SecretStr(KEY)]), Monotonic()
        directory = Directory(client, monotonic=monotonic)
        app = build_intake(services, keyring=keyring)
        install_dashboard(
            app, services, Doorkeeper(database, directory=directory, keyring=keyring, links=links)
        )
        yield House(services, links, keyring, workspace, monotonic, app)
