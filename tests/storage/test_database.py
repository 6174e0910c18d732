"""A verb is answered after its commit, and a refused one leaves nothing behind."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, func, insert, select, text

from hitl.errors import HitlError
from hitl.storage.bell import case_topic
from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.tables import paces
from tests.conftest import MONDAY, Clock


class Refused(HitlError):
    """A rule said no."""


def mark(tx: Transaction, name: str) -> str:
    values = {"name": name, "free_at": tx.now, "held_until": tx.now}
    tx.connection.execute(insert(paces), values)
    return name


def mark_and_refuse(tx: Transaction, name: str) -> None:
    mark(tx, name)
    tx.announce(name)
    raise Refused


async def marks(database: Database) -> set[str]:
    return await database.read(lambda c: set(c.execute(select(paces.c.name)).scalars()))


class Gate:
    """Holds the writer inside a verb so that others queue up behind it."""

    def __init__(self) -> None:
        self.entered = threading.Event()
        self._open = threading.Event()

    def hold(self, _tx: Transaction) -> None:
        self.entered.set()
        self._open.wait(5)

    def open(self) -> None:
        self._open.set()


async def together(database: Database, *verbs: Callable[[Transaction], Any]) -> list[Any]:
    """Run verbs so that they share one commit."""
    gate = Gate()
    first = asyncio.create_task(database.write(gate.hold))
    await asyncio.to_thread(gate.entered.wait, 5)
    tasks = [asyncio.create_task(database.write(verb)) for verb in verbs]
    await asyncio.sleep(0.01)
    gate.open()
    await first
    return list(await asyncio.gather(*tasks, return_exceptions=True))


async def test_a_refused_verb_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(Refused):
        await database.write(lambda tx: mark_and_refuse(tx, "refused"))
    assert await marks(database) == set()


async def test_a_refused_verb_spares_those_it_shares_a_commit_with(database: Database) -> None:
    answers = await together(
        database,
        lambda tx: mark(tx, "before"),
        lambda tx: mark_and_refuse(tx, "refused"),
        lambda tx: mark(tx, "before"),  # breaks a unique row
        lambda tx: mark(tx, "after"),
    )
    assert [type(answer).__name__ for answer in answers] == [
        "str",
        "Refused",
        "IntegrityError",
        "str",
    ]
    assert await marks(database) == {"before", "after"}


async def test_many_waiting_verbs_share_one_commit(database: Database) -> None:
    def committed(tx: Transaction) -> int:
        number: int = tx.connection.execute(text("SELECT count(*) FROM paces")).scalar_one()
        mark(tx, f"mark {number}")
        with sqlite3.connect(str(tx.connection.engine.url.database)) as outside:
            seen: int = outside.execute("SELECT count(*) FROM paces").fetchone()[0]
        outside.close()
        return seen

    # Nobody outside sees the first of them while the later ones run: one transaction.
    assert await together(database, *[committed] * 10) == [0] * 10
    assert len(await marks(database)) == 10


async def test_those_who_wait_are_rung_after_the_commit_and_only_then(database: Database) -> None:
    topic = case_topic(1)
    with database.bell.listening(topic) as rung:
        with pytest.raises(Refused):
            await database.write(lambda tx: mark_and_refuse(tx, topic))
        assert not rung.is_set()
        await database.write(lambda tx: tx.announce(topic))
        assert rung.is_set()


async def test_a_caller_who_goes_away_does_not_undo_its_verb(database: Database) -> None:
    gate = Gate()
    holding = asyncio.create_task(database.write(gate.hold))
    await asyncio.to_thread(gate.entered.wait, 5)
    leaving = asyncio.create_task(database.write(lambda tx: mark(tx, "kept")))
    await asyncio.sleep(0.01)
    leaving.cancel()
    gate.open()
    await holding
    await database.write(lambda _tx: None)
    assert await marks(database) == {"kept"}


async def test_verbs_are_given_the_clock_s_moment(database: Database, clock: Clock) -> None:
    clock.advance(hours=1)
    assert await database.write(lambda tx: tx.now) == MONDAY.replace(hour=10)


@pytest.mark.parametrize(
    ("setting", "value"), [("journal_mode", "wal"), ("synchronous", 2), ("foreign_keys", 1)]
)
async def test_every_connection_is_durable_and_checked(
    database: Database, setting: str, value: object
) -> None:
    def ask(connection: Connection) -> object:
        return connection.execute(text(f"PRAGMA {setting}")).scalar()

    assert await database.write(lambda tx: ask(tx.connection)) == value
    assert await database.read(ask) == value


async def test_a_query_can_not_write(database: Database) -> None:
    with pytest.raises(StorageUnavailable, match="readonly"):
        await database.read(lambda c: c.execute(text("DELETE FROM paces")))


async def test_a_locked_database_is_said_to_be_unavailable_and_recovers(
    database_url: str, clock: Clock
) -> None:
    database = Database(database_url + "?timeout=0", clock=clock)
    await database.write(lambda tx: tx.connection.execute(text("PRAGMA busy_timeout = 0")))
    other = sqlite3.connect(database_url.removeprefix("sqlite:///"))
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StorageUnavailable, match="locked"):
        await database.write(lambda tx: mark(tx, "refused"))
    other.rollback()
    other.close()
    await database.write(lambda tx: mark(tx, "stored"))
    assert await marks(database) == {"stored"}
    database.close()


async def test_a_full_disk_is_said_to_be_unavailable_and_acknowledges_nothing(
    database: Database,
) -> None:
    def fill(tx: Transaction) -> None:
        for number in range(1_000):
            mark(tx, f"{number} " + "x" * 1_000)

    pages = await database.read(lambda c: c.execute(text("PRAGMA page_count")).scalar_one())
    limit = text(f"PRAGMA max_page_count = {pages + 10}")
    await database.write(lambda tx: tx.connection.execute(limit))
    answers = await together(database, lambda tx: mark(tx, "first"), fill)
    assert [type(answer) for answer in answers] == [StorageUnavailable, StorageUnavailable]
    assert await marks(database) == set()
    await database.write(lambda tx: tx.connection.execute(text("PRAGMA max_page_count = 100000")))
    await database.write(lambda tx: mark(tx, "again"))
    assert await marks(database) == {"again"}


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


def test_memory_is_refused_because_it_forgets(clock: Clock) -> None:
    with pytest.raises(HitlError, match="memory forgets"):
        Database("sqlite://", clock=clock)
