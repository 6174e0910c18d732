"""Every Monday the audit log gets its checkpoint."""

import asyncio
from datetime import UTC, datetime

from bot.scheduler.checkpoints import checkpoint_job
from bot.scheduler.runs import run_due
from hitl.review import submit
from hitl.storage.checkpoints import latest_checkpoint
from hitl.storage.database import Database
from tests.conftest import Clock
from tests.examples import moderation, post


async def look(database: Database) -> datetime | None:
    return await database.write(lambda tx: run_due(tx, checkpoint_job()))


async def test_each_monday_at_midnight_makes_one_checkpoint_however_many_look(
    database: Database, clock: Clock
) -> None:
    assert await look(database) is None
    await database.write(lambda tx: submit(tx, post(), use_case=moderation(), draw=0.5))
    clock.now = datetime(2026, 11, 29, 23, 59, 59, tzinfo=UTC)
    assert await look(database) is None
    clock.advance(seconds=1)
    runs = await asyncio.gather(*(look(database) for _ in range(5)))
    assert [run for run in runs if run] == [clock.now]
    made = await database.read(latest_checkpoint)
    assert made is not None
    assert (made.at, made.cases) == (clock.now, 1)
