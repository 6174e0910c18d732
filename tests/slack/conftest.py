"""The real Slack app against a local workspace, over signed HTTP."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest
from aiohttp import ClientSession
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select
from starlette.applications import Starlette

from bot.dashboard.links import Links
from bot.sandbox.app import running_workspace
from bot.sandbox.config import PEOPLE, WorkspaceConfig
from bot.sandbox.directory import AppIdentity, Channel, Team, User, UserGroup
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from bot.services import Services
from bot.serving import listen, serving
from bot.slack.app import build_slack_app
from bot.slack.cards.case import case_card
from bot.slack.connection import slack_route
from bot.slack.whispers import whispering
from hitl.cases import Case
from hitl.policy import Policy, UseCase, parse_policy
from hitl.review import Submission, submit, withdraw
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.slack_copies import Place
from hitl.storage.tables import outbox
from tests.posted import record_posted_card

BOT = AppIdentity().user_id
EVERYONE = {person.id for person in PEOPLE} | {BOT}
MORE_PEOPLE = tuple(User(id=f"U0MORE{n}", name=f"more{n}", real_name=f"More {n}") for n in range(4))
EIGHT = tuple(person.id for person in (*PEOPLE, *MORE_PEOPLE))
"""Who is in the channel for digits."""
CONFIG = WorkspaceConfig(
    users=(
        *PEOPLE,
        *MORE_PEOPLE,
        User(id="U0GUEST", name="gus", real_name="Gus Guest", is_restricted=True),
        User(id="U0ALIEN", name="ali", real_name="Ali N", team=Team(id="T0OTHER", name="Other")),
    ),
    groups=(
        UserGroup(id="S0MODS", handle="moderators", users=("U0ANA", "U0BEN", "U0GUEST", "U0ALIEN")),
        UserGroup(id="S0LEADS", handle="leads", users=("U0BEN",)),
    ),
    channels=(
        Channel(id="C0MOD", name="moderation", members=EVERYONE | {"U0GUEST", "U0ALIEN"}),
        Channel(id="C0DIG", name="digits", members={*EIGHT, BOT}),
    ),
)
POLICY = """
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"
reviewers = ["@moderators"]
leads = ["@leads"]
costs = { ai = 0.0002, review = 2.00 }

[use_cases.digits]
channel = "#digits"
question = "Which digit is this?"
labels = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]
auto_at = 0.9
"""
INTENTS = f"""
[use_cases.intents]
channel = "#moderation"
question = "What does the customer want?"
labels = {[f"intent {n}" for n in range(300)]}
auto_at = 0.9
"""


class Desk:
    """The service's side of a test: it submits cases and shows their cards."""

    def __init__(
        self, database: Database, policy: Policy, *, client: AsyncWebClient, viewer: Person
    ) -> None:
        self.database = database
        self.policy = policy
        self.client = client
        self.viewer = viewer

    def use_case(self, name: str) -> UseCase:
        return self.policy.use_case(name)

    async def submit(self, submission: Submission, *, use_case: str = "content-moderation") -> Case:
        case, _ = await self.database.write(
            lambda tx: submit(tx, submission, use_case=self.use_case(use_case), draw=0.5)
        )
        return case

    async def case(self, case_id: int) -> Case:
        return await self.database.read(lambda connection: case_by_id(connection, case_id))

    async def withdraw(self, case: Case) -> None:
        await self.database.write(lambda tx: withdraw(tx, case.id, by="caller"))

    async def events(self, case_id: int) -> list[tuple[str, str, Mapping[str, Any]]]:
        found = await self.database.read(lambda connection: case_history(connection, case_id))
        return [(event.type, event.actor, event.data) for event in found]

    async def response_urls(self) -> list[str | None]:
        """The way back that each card update waiting to be sent was given."""
        updates = select(outbox.c.payload).where(outbox.c.kind == Kind.CARD_UPDATE)
        rows = await self.database.read(lambda connection: connection.execute(updates).all())
        return [row.payload.get("response_url") for row in rows]

    async def show(
        self, case: Case, *, channel: str = "C0MOD", is_stored: bool = True
    ) -> SeenMessage:
        """The case's card as it stands in its channel, as delivery would post it."""
        use_case = self.use_case(case.use_case)
        card = case_card(case, use_case=use_case, now=self.database.now())
        posted = await self.client.chat_postMessage(
            channel=channel, text=card.text, blocks=card.blocks
        )
        place = Place(channel=channel, ts=posted["ts"])
        if is_stored:
            await self.database.write(lambda tx: record_posted_card(tx, case.id, place=place))
        return next(m for m in await self.viewer.messages(channel) if m.ts == posted["ts"])


@pytest.fixture
def engine() -> str:
    """Listeners reach the database only through the verbs, which are tested on each."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk would send loopback calls to the environment's proxy."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def workspace() -> AsyncIterator[Workspace]:
    async with running_workspace(CONFIG) as running:
        yield running


@pytest.fixture
async def client(workspace: Workspace) -> AsyncIterator[AsyncWebClient]:
    async with ClientSession() as session:
        yield AsyncWebClient(
            token=workspace.config.bot_token,
            base_url=workspace.api_url,
            session=session,
            retry_handlers=[],
        )


@pytest.fixture
def policy() -> Policy:
    return parse_policy(POLICY + INTENTS)


@pytest.fixture
async def desk(
    workspace: Workspace, client: AsyncWebClient, database: Database, policy: Policy
) -> AsyncIterator[Desk]:
    """The app, reachable by the workspace."""
    links = Links(workspace.config.bot_token, public_url="https://hitl.test")
    services = Services(database=database, policy=policy, draw=lambda: 0.5, links=links)
    secret = workspace.config.signing_secret
    listener = listen("127.0.0.1", 0)
    async with whispering(client) as whispers:
        app = build_slack_app(services, client=client, whispers=whispers)
        web = Starlette(routes=[slack_route(app, signing_secret=secret)])
        async with serving(web, listener):
            workspace.request_url = f"http://127.0.0.1:{listener.getsockname()[1]}/slack/events"
            yield Desk(database, policy, client=client, viewer=workspace.person("U0ANA"))
            # Its connections are kept alive; the server would wait for them.
            await workspace.aclose()


@pytest.fixture
async def people(workspace: Workspace) -> dict[str, Person]:
    """Everyone by their short name."""
    return {user.name: workspace.person(user.id) for user in CONFIG.users}
