"""What a fault plays on: a workspace, a caller's server, a database, and services to be killed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, func, select

from bot.sandbox.app import running_workspace
from bot.sandbox.config import demo_config
from bot.sandbox.directory import User, UserGroup
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from hitl.storage.engines import reading_engine
from hitl.storage.outbox import Sending
from hitl.storage.tables import cases, outbox
from hitl.vocabulary import CaseState
from tests.faults.launcher import Launch
from tests.faults.service import Service, running_service
from tests.ports import free_port
from tests.postgres import Server
from tests.receiver import Receiver, running_receiver
from tests.service.process import environment, slack_settings

T = TypeVar("T")
CHANNEL = "#moderation"
REVIEWERS = tuple(f"U0REV{number:02}" for number in range(60))
"""So many that nobody need click on two cases in the same moment."""
BUTTONS = {"approve": "decide.approve", "reject": "decide.reject", "flag": "decide.flag"}
_SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
_SETTLED_SECONDS = 40

POLICY = """
[use_cases.content-moderation]
preset     = "moderation-two-sided"
channel    = "#moderation"
reviewers  = ["@moderators"]
leads      = ["@moderators"]
flag_label = "clean"
audit_rate = 0.0
queue_after = 1_000
digest     = false
undo_within = "0s"
"""
SHORT_DEADLINE = 'deadline = { due = "2s", then = "approve" }\n'
"""For the end of a policy."""


class Click(Enum):
    """What a click came to, as the person sees it."""

    TAKEN = "taken"
    REFUSED = "refused"
    """With a reason."""
    UNANSWERED = "unanswered"


@dataclass(slots=True)
class Stage:
    """Everything outside the services, which outlives them."""

    folder: Path
    workspace: Workspace
    receiver: Receiver
    services: list[Service]
    people: dict[str, Person]
    engine: Engine

    @property
    def service(self) -> Service:
        """The only one, or the first."""
        return self.services[0]

    def read(self, query: Callable[[Connection], T]) -> T:
        """What ``query`` returns for a connection that only reads, past the services."""
        with self.engine.begin() as connection:
            return query(connection)

    def cards(self) -> Iterator[tuple[int, SeenMessage]]:
        """Every case's card that stands in the channel, with the case's id."""
        for message in self.workspace.messages(CHANNEL):
            if message.metadata and message.metadata["event_type"] == "hitl_case":
                yield int(message.metadata["event_payload"]["case"]), message

    async def click(self, reviewer: str, card: SeenMessage, verdict: str) -> Click:
        """Press a verdict's button, whatever the card has become since it was seen."""
        before = self._last_told(reviewer)
        outcome = await self.people[reviewer].click(card, BUTTONS[verdict], stale=True)
        if not outcome:
            return Click.UNANSWERED
        # Whoever is refused reads why beside the card, before the click is answered.
        return Click.REFUSED if self._last_told(reviewer) > before else Click.TAKEN

    def _last_told(self, reviewer: str) -> str:
        """When this person was last shown something that nobody else sees."""
        channel = self.workspace.channel_id(CHANNEL)
        shown = self.workspace.state.ephemerals(channel, user_id=reviewer)
        return shown[-1].ts if shown else ""

    def open_cards(self) -> dict[int, SeenMessage]:
        """Those that still have their buttons, by the case's id."""
        return {case_id: card for case_id, card in self.cards() if can_be_decided(card)}

    async def settled(
        self, *, seconds: float = _SETTLED_SECONDS, has_deadline: bool = False
    ) -> bool:
        """Whether nothing waits to be sent any more, within so long.

        ``has_deadline`` also lets every open case come to its end, which would else go on.
        """
        waits = _waiting_or_open if has_deadline else _waiting
        try:
            async with asyncio.timeout(seconds):
                while self.read(waits):  # noqa: ASYNC110 - a database tells no other way
                    await asyncio.sleep(0.05)
        except TimeoutError:
            return False
        return True


def can_be_decided(card: SeenMessage) -> bool:
    """Whether it has the buttons of a verdict."""
    return any(action in str(card.blocks) for action in BUTTONS.values())


def _waiting(connection: Connection) -> int:
    counted = select(func.count()).where(outbox.c.state == Sending.WAITING)
    return int(connection.execute(counted).scalar_one())


def _waiting_or_open(connection: Connection) -> int:
    counted = select(func.count()).where(cases.c.state == CaseState.OPEN)
    return _waiting(connection) + int(connection.execute(counted).scalar_one())


@contextmanager
def _empty_database(folder: Path, server: Server | None) -> Iterator[str]:
    """A new database: a file, or one of the server's."""
    if server is None:
        yield f"sqlite:///{folder}/hitl.db"
        return
    name = server.create()
    yield server.url(name)
    server.drop(name)


@asynccontextmanager
async def running_stage(
    folder: Path,
    *,
    server: Server | None = None,
    replicas: int = 1,
    policy: str = POLICY,
    **launch: Any,
) -> AsyncIterator[Stage]:
    """A new database with services started on it; ``launch`` is how, see ``Launch``.

    The database is a file in the folder, or one of the server's.
    """
    folder.mkdir(exist_ok=True)  # noqa: ASYNC240 - before anything runs
    users = [User(id=name, name=name.lower(), real_name=name) for name in REVIEWERS]
    group = UserGroup(id="S0MODS", handle="moderators", users=REVIEWERS)
    config = demo_config(channels=[CHANNEL], groups=[group], people=users)
    async with AsyncExitStack() as stack:
        database_url = stack.enter_context(_empty_database(folder, server))
        workspace = await stack.enter_async_context(running_workspace(config))
        receiver = await stack.enter_async_context(running_receiver())
        env = environment(
            folder,
            **slack_settings(config, workspace, socket=False),
            HITL_DATABASE_URL=database_url,
            HITL_WEBHOOK_SECRETS=_SECRET,
            HITL_WEBHOOK_ALLOW="127.0.0.1",
        )
        (folder / "policy.toml").write_text(policy)
        order = Launch(folder, env, **launch)
        services = [
            await stack.enter_async_context(running_service(order, port=free_port()))
            for _ in range(replicas)
        ]
        workspace.request_url = f"{services[0].url}/slack/events"
        people = {
            name: await stack.enter_async_context(workspace.person(name)) for name in REVIEWERS
        }
        engine = reading_engine(database_url, connections=2)
        stack.callback(engine.dispose)
        yield Stage(folder, workspace, receiver, services, people, engine)
