"""Running deliverers in tests, and waiting for what they do."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row

from bot.delivery.desk import Desk
from bot.delivery.health import Health
from bot.delivery.pacing import unpaced
from bot.delivery.slack import send_to_slack
from bot.delivery.worker import Deliverer
from bot.sandbox.workspace import Workspace
from hitl.cases import Case
from hitl.review import Submission, submit
from hitl.routing import Prediction
from hitl.storage.database import Database
from hitl.storage.outbox import UPDATES_LANE, Parcel
from hitl.storage.pacing import Rate
from hitl.storage.queries import case_history
from hitl.storage.tables import outbox
from hitl.storage.taking import take
from tests.examples import post

PATIENCE_SECONDS = 15.0


class RunningClock:
    """Real time, from which a test can skip ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return datetime.now(UTC) + self._ahead

    def advance(self, **duration: float) -> None:
        self._ahead += timedelta(**duration)


def in_order(lane: str) -> Rate:
    """Channels keep their order, at a pace that no test notices."""
    return Rate(timedelta(milliseconds=1), burst=50, in_order=lane != UPDATES_LANE)


@asynccontextmanager
async def delivering(desk: Desk, **options: Any) -> AsyncIterator[Deliverer]:
    """A deliverer at work; unpaced, without jitter and often looking, unless said otherwise."""
    usual: dict[str, Any] = {
        "health": Health(),
        "rates": unpaced,
        "look_every": timedelta(seconds=0.05),
        "chance": lambda: 0.0,
    }
    send = options.pop("send", partial(send_to_slack, desk))
    deliverer = Deliverer(desk.database, send, **usual | options)
    running = asyncio.create_task(deliverer.run())
    try:
        yield deliverer
    finally:
        deliverer.stop()
        await running


async def until(condition: Callable[[], Awaitable[Any]]) -> Any:
    """What the condition gives once it is true; fails loudly when it never is."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not (found := await condition()):  # noqa: ASYNC110 - a database tells no other way
            await asyncio.sleep(0.01)
        return found


async def rows(database: Database) -> list[Row[Any]]:
    """The outbox in order of id."""
    return await database.read(
        lambda connection: list(connection.execute(outbox.select().order_by(outbox.c.id)))
    )


async def states(database: Database) -> list[str]:
    return [row.state for row in await rows(database)]


async def delivered(database: Database) -> list[str]:
    """The rows' states once none waits any more."""

    async def all_done() -> list[str] | None:
        found = await states(database)
        return None if "waiting" in found else found

    return list(await until(all_done))


async def troubled(database: Database, words: str) -> None:
    """Return once a row waits because of a trouble with these words."""

    async def noted() -> bool:
        return any(
            row.state == "waiting" and row.last_error is not None and words in row.last_error
            for row in await rows(database)
        )

    await until(noted)


async def called(workspace: Workspace, method: str, *, times: int) -> None:
    """Return once Slack was called so often."""

    async def counted() -> bool:
        return len(workspace.calls.all(method)) >= times

    await until(counted)


async def how_posted(desk: Desk, case_id: int) -> str:
    """What the history says about how we know that the card is posted."""
    history = await desk.database.read(lambda c: case_history(c, case_id))
    [posted] = [event for event in history if event.type == "posted"]
    return str(posted.data["how"])


async def taken_by_one_who_dies(database: Database, *, name: str = "someone") -> list[Parcel]:
    """What someone took who will never say what became of it; the leases last 30 s."""
    taken = await database.write(
        lambda tx: take(tx, lease=name, lease_for=timedelta(seconds=30), rates=unpaced, most=100)
    )
    return taken.parcels


async def unsure_case(desk: Desk, key: str = "post-1", **changes: Any) -> Case:
    """A submitted case of content moderation that people must decide."""
    return await _submitted(desk, post(key, **changes), use_case="content-moderation")


async def unsure_mail(desk: Desk, key: str = "mail-1") -> Case:
    """A submitted case of a use case that has a fallback channel."""
    prediction = Prediction(scores={"spam": 0.6, "ham": 0.4})
    return await _submitted(desk, post(key, prediction=prediction), use_case="spam")


async def _submitted(desk: Desk, submission: Submission, *, use_case: str) -> Case:
    rules = desk.policy.use_case(use_case)
    case, _ = await desk.database.write(lambda tx: submit(tx, submission, use_case=rules, draw=0.5))
    return case
