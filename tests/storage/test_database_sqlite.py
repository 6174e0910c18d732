"""One writer, whose commits are durable; what its file can't take is never acknowledged."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, make_url, select, text

from hitl.errors import HitlError
from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.engines import sqlite_version_note
from hitl.storage.migrate import DatabaseUnusable
from hitl.storage.sole_service import sole_service
from hitl.storage.tables import paces, truths
from tests.conftest import Clock
from tests.storage.marks import Refused, mark, mark_and_refuse, marks, together


@pytest.fixture
def engine() -> str:
    return "sqlite"


@contextmanager
def moved(path: Path, *, instead: str) -> Iterator[None]:
    """The file is elsewhere while the block runs."""
    elsewhere = path.rename(path.with_name("elsewhere.db"))
    if instead == "another file":
        path.touch()
    yield
    elsewhere.rename(path)


def written(path: Path) -> bytes:
    return path.read_bytes()


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


async def test_a_verb_that_looks_for_what_is_not_there_leaves_nobody_unanswered(
    database: Database,
) -> None:
    nothing = iter(())
    answers = await asyncio.wait_for(
        together(database, lambda _: next(nothing), lambda tx: mark(tx, "after")), 5
    )
    assert [type(answer).__name__ for answer in answers] == ["RuntimeError", "str"]


async def test_a_refusal_that_goes_back_to_a_lost_commit_is_not_told(database: Database) -> None:
    def break_commit(tx: Transaction) -> None:
        tx.connection.execute(text("PRAGMA defer_foreign_keys = ON"))
        values = {"case_id": 1, "label": "clean", "source": "nobody", "at": tx.now}
        tx.connection.execute(insert(truths), values)

    def refuse_because_of_the_mark(tx: Transaction) -> None:
        if tx.connection.execute(select(paces.c.name)).scalar() == "first":
            raise Refused

    answers = await together(
        database, lambda tx: mark(tx, "first"), refuse_because_of_the_mark, break_commit
    )
    assert [type(answer) for answer in answers] == [StorageUnavailable] * 3
    assert await marks(database) == set()


@pytest.mark.parametrize("instead", ["nothing", "another file"])
@pytest.mark.parametrize("part", ["", "-wal", "-shm"])
async def test_nothing_is_acknowledged_into_a_file_that_lies_there_no_more(
    database: Database, part: str, instead: str
) -> None:
    await database.write(lambda tx: mark(tx, "before"))
    path = Path(f"{make_url(database.url).database}{part}")
    with moved(path, instead=instead), pytest.raises(StorageUnavailable, match=path.name):
        await database.write(lambda tx: mark(tx, "after"))
    assert await marks(database) == {"before"}
    await database.write(lambda tx: mark(tx, "later"))


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


async def test_readers_leave_the_log_to_the_one_that_writes_it(database: Database) -> None:
    def checkpoints_after(connection: Connection) -> object:
        return connection.execute(text("PRAGMA wal_autocheckpoint")).scalar()

    assert await database.read(checkpoints_after) == 0
    assert await database.write(lambda tx: checkpoints_after(tx.connection)) == 1000


async def test_what_is_beside_a_service_leaves_the_log_to_it(
    database: Database, clock: Clock
) -> None:
    def fill(tx: Transaction) -> None:
        for number in range(5_000):
            mark(tx, f"{number} " + "x" * 1_000)

    path = Path(str(make_url(database.url).database))
    await database.write(lambda tx: mark(tx, "of the service"))
    before = written(path)
    beside = Database(database.url, clock=clock, is_beside=True)
    await beside.write(fill)
    beside.close()
    assert written(path) == before
    await database.write(lambda tx: mark(tx, "of the service again"))
    assert written(path) != before
    assert len(await marks(database)) == 5_002


def test_one_service_alone_works_on_a_file(database_url: str, tmp_path: Path) -> None:
    path = make_url(database_url).database
    link = tmp_path / "link.db"
    link.symlink_to(str(path))
    with sole_service(database_url):
        for same in (database_url, f"sqlite:///{link}", f"sqlite:///file:{path}?uri=true"):
            with pytest.raises(DatabaseUnusable, match="another hitl serve works on"):
                sole_service(same).__enter__()
        with sole_service(f"sqlite:///{tmp_path / 'another.db'}"):
            pass
    with sole_service(database_url):
        pass


@pytest.mark.parametrize(
    ("version", "is_noted"), [("3.40.1", True), ("3.51.2", True), ("3.51.3", False), ("4.0", False)]
)
def test_a_version_with_the_reset_bug_is_said(version: str, is_noted: bool) -> None:
    note = sqlite_version_note(version)
    assert (note is not None) == is_noted
    assert note is None or version in note


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


def test_memory_is_refused_because_it_forgets(clock: Clock) -> None:
    with pytest.raises(HitlError, match="memory forgets"):
        Database("sqlite://", clock=clock)
