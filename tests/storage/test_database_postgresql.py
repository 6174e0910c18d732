"""A verb is stored once, or said not to be, whatever happens to the server and the way to it."""

import asyncio
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.grouped import Grouped
from hitl.storage.migrate import prepare_database
from hitl.storage.tables import paces
from tests.conftest import Clock
from tests.postgres import Server, end_connections, running_server
from tests.storage.marks import Gate, mark, marks
from tests.storage.wire import Way, Wire, wire_to


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def durable_server(postgresql: Server) -> Iterator[Server]:  # noqa: ARG001 - skips where there is none
    """A server of the test's own, which may be crashed."""
    with running_server() as server:
        yield server


@pytest.fixture
def wire(postgresql: Server) -> Iterator[Wire]:
    with wire_to(postgresql.folder / ".s.PGSQL.5432") as wire:
        yield wire


@pytest.fixture
def far_database(wire: Wire, postgresql_url: str, clock: Clock) -> Iterator[Database]:
    """A database at the other end of the wire."""
    name = Path(postgresql_url.partition("?")[0]).name
    here = f"127.0.0.1:{wire.port}"
    options = "sslmode=disable&gssencmode=disable"
    database = Database(f"postgresql://postgres@{here}/{name}?{options}", clock=clock)
    yield database
    database.close()


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("synchronous_commit", "on"),  # though this server's own setting is off
        ("transaction_isolation", "read committed"),
        ("idle_in_transaction_session_timeout", "10s"),
        ("lock_timeout", "5s"),
    ],
)
async def test_every_writing_connection_is_durable_and_lets_go(
    database: Database, setting: str, value: str
) -> None:
    asked = text(f"SHOW {setting}")
    assert await database.write(lambda tx: tx.connection.execute(asked).scalar()) == value


async def test_text_is_unicode_whatever_the_environment_says(
    postgresql_url: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGCLIENTENCODING", "LATIN1")
    database = Database(postgresql_url, clock=clock)
    said = text("SELECT CAST(:said AS text)")
    answer = await database.write(lambda tx: tx.connection.execute(said, {"said": "✓"}).scalar())
    database.close()
    assert answer == "✓"


async def test_the_driver_has_nothing_to_warn_of(
    postgresql_url: str, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    database = Database(postgresql_url, clock=clock)
    await database.write(lambda tx: tx.connection.execute(text("SELECT 1")).scalar())
    database.close()
    assert [record.getMessage() for record in caplog.records if record.name == "psycopg"] == []


async def test_the_victim_of_a_deadlock_is_run_again(database: Database) -> None:
    await database.write(lambda tx: [mark(tx, name) for name in ("left", "right")])
    both_hold_one = threading.Barrier(2)
    runs: list[str] = []

    def touch(tx: Transaction, first: str, second: str) -> None:
        move(tx, first)
        if len(runs) <= 2:
            both_hold_one.wait(5)
        move(tx, second)

    def move(tx: Transaction, name: str) -> None:
        chosen = update(paces).where(paces.c.name == name)
        tx.connection.execute(chosen.values(free_at=tx.now))
        runs.append(name)

    await asyncio.gather(
        database.write(lambda tx: touch(tx, "left", "right")),
        database.write(lambda tx: touch(tx, "right", "left")),
    )
    assert len(runs) == 5  # two each, and the victim's first once more


async def test_connections_that_died_in_peace_are_not_noticed(
    database: Database, database_url: str
) -> None:
    await database.write(lambda tx: mark(tx, "before"))
    assert await marks(database) == {"before"}
    assert await asyncio.to_thread(end_connections, database_url) >= 2
    assert await marks(database) == {"before"}
    await database.write(lambda tx: mark(tx, "after"))
    assert await marks(database) == {"before", "after"}


async def test_a_verb_whose_connection_dies_before_its_commit_is_run_again(
    database: Database, database_url: str
) -> None:
    runs: list[str] = []

    def mark_twice(tx: Transaction) -> None:
        mark(tx, "first")
        runs.append("run")
        if len(runs) == 1:
            end_connections(database_url)
        mark(tx, "second")

    await database.write(mark_twice)
    assert len(runs) == 2
    assert await marks(database) == {"first", "second"}


@pytest.mark.parametrize(("way", "stored"), [(Way.THERE, False), (Way.BACK, True)])
async def test_a_commit_without_an_answer_is_never_called_stored_or_lost(
    far_database: Database, wire: Wire, way: Way, stored: bool
) -> None:
    runs: list[str] = []

    def mark_once(tx: Transaction) -> None:
        runs.append(mark(tx, "doubtful"))
        wire.loses_commits = way

    with pytest.raises(StorageUnavailable, match="not known whether") as unknown:
        await far_database.write(mark_once)
    assert unknown.value.may_be_stored
    assert len(runs) == 1
    wire.loses_commits = None
    assert ("doubtful" in await marks(far_database)) == stored
    await far_database.write(lambda tx: mark(tx, "after"))


async def test_a_lock_that_nobody_lets_go_is_said_to_be_unavailable(database: Database) -> None:
    await database.write(lambda tx: mark(tx, "wanted"))
    gate = Gate()

    def keep(tx: Transaction) -> None:
        tx.connection.execute(select(paces).with_for_update())
        gate.hold(tx)

    def want(tx: Transaction) -> None:
        tx.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        tx.connection.execute(select(paces).with_for_update())

    keeping = asyncio.create_task(database.write(keep))
    await asyncio.to_thread(gate.entered.wait, 5)
    with pytest.raises(StorageUnavailable, match="lock timeout") as refused:
        await database.write(want)
    assert not refused.value.may_be_stored
    gate.open()
    await keeping


async def test_what_one_waits_for_in_vain_holds_up_no_other(database: Database) -> None:
    gate = Gate()

    def keep(tx: Transaction) -> None:
        mark(tx, "kept")
        gate.hold(tx)

    def want(tx: Transaction, items: Sequence[str]) -> list[str]:
        tx.connection.execute(text("SET LOCAL lock_timeout = '50ms'"))
        return [mark(tx, item) for item in items]

    keeping = asyncio.create_task(database.write(keep))
    await asyncio.to_thread(gate.entered.wait, 5)
    answers = await Grouped(database, want).all(["a", "kept", "b"])
    gate.open()
    await keeping
    assert [type(answer) for answer in answers] == [str, StorageUnavailable, str]
    assert await marks(database) == {"a", "kept", "b"}


@pytest.mark.slow
async def test_what_was_acknowledged_survives_a_crash_and_the_service_recovers(
    durable_server: Server, clock: Clock
) -> None:
    url = durable_server.url(durable_server.create())
    prepare_database(url)
    database = Database(url, clock=clock)
    acknowledged: set[str] = set()
    doubtful: set[str] = set()
    refused: list[str] = []
    stop = asyncio.Event()

    async def keep_marking(marker: int) -> None:
        turn = 0
        while not stop.is_set():
            turn += 1
            name = f"{marker}/{turn}"
            try:
                acknowledged.add(await database.write(lambda tx: mark(tx, name)))  # noqa: B023
            except StorageUnavailable as error:
                (doubtful.add if error.may_be_stored else refused.append)(name)
                await asyncio.sleep(0.01)

    async def until_marked(more: int) -> None:
        wanted = len(acknowledged) + more
        async with asyncio.timeout(30):
            while len(acknowledged) < wanted:  # noqa: ASYNC110 - tasks of this loop fill it
                await asyncio.sleep(0.01)

    marking = [asyncio.create_task(keep_marking(marker)) for marker in range(8)]
    for _ in range(2):
        await until_marked(50)
        await asyncio.to_thread(durable_server.stop, mode="immediate")
        await asyncio.to_thread(durable_server.start)
    await until_marked(50)
    stop.set()
    await asyncio.gather(*marking)
    stored = await marks(database)
    database.close()
    assert acknowledged <= stored
    assert stored - acknowledged <= doubtful
    assert refused


async def test_what_the_address_says_of_a_connection_holds(
    postgresql_url: str, clock: Clock
) -> None:
    database = Database(f"{postgresql_url}&application_name=mine", clock=clock)
    asked = text("SHOW application_name")
    assert await database.read(lambda c: c.execute(asked).scalar()) == "mine"
    database.close()
