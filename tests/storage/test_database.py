"""A verb is answered after its commit, and a refused one leaves nothing behind."""

import asyncio

import pytest
from sqlalchemy import func, select, text

from hitl.storage.bell import case_topic
from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.tables import paces
from tests.conftest import MONDAY, Clock
from tests.storage.marks import Gate, Refused, mark, mark_and_refuse, marks


async def test_a_refused_verb_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(Refused):
        await database.write(lambda tx: mark_and_refuse(tx, "refused"))
    assert await marks(database) == set()


async def test_those_who_wait_are_rung_after_the_commit_and_only_then(database: Database) -> None:
    topic = case_topic(1)
    with database.bell.listening(topic) as rung:
        with pytest.raises(Refused):
            await database.write(lambda tx: mark_and_refuse(tx, topic))
        assert not rung.is_set()
        await database.write(lambda tx: tx.announce(topic))
        assert rung.is_set()


async def test_a_caller_who_goes_away_does_not_undo_its_verb(
    database_url: str, clock: Clock
) -> None:
    database = Database(database_url, clock=clock)
    gate = Gate()

    def held_mark(tx: Transaction) -> str:
        gate.hold(tx)
        return mark(tx, "kept")

    leaving = asyncio.create_task(database.write(held_mark))
    await asyncio.to_thread(gate.entered.wait, 5)
    leaving.cancel()
    gate.open()
    await asyncio.to_thread(database.close)
    reopened = Database(database_url, clock=clock)
    assert await marks(reopened) == {"kept"}
    reopened.close()


async def test_verbs_are_given_the_clock_s_moment(database: Database, clock: Clock) -> None:
    clock.advance(hours=1)
    assert await database.write(lambda tx: tx.now) == MONDAY.replace(hour=10)


async def test_a_query_can_not_write(database: Database) -> None:
    with pytest.raises(StorageUnavailable, match=r"read-?only"):
        await database.read(lambda c: c.execute(text("DELETE FROM paces")))


async def test_closing_finishes_what_is_queued(database_url: str, clock: Clock) -> None:
    database = Database(database_url, clock=clock)
    tasks = [
        asyncio.create_task(database.write(lambda tx, n=n: mark(tx, f"mark {n}")))  # type: ignore[misc]
        for n in range(200)
    ]
    await asyncio.sleep(0)
    await asyncio.to_thread(database.close)
    await asyncio.gather(*tasks)
    reopened = Database(database_url, clock=clock)
    count = await reopened.read(
        lambda c: c.execute(select(func.count()).select_from(paces)).scalar()
    )
    assert count == 200
    reopened.close()
