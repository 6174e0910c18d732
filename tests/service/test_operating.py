"""What an operator does beside a running service: look, replay, copy, restore."""

import asyncio
import sqlite3
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select, update

from hitl.review import submit
from hitl.storage.backup import BackupRefused, back_up
from hitl.storage.database import Database
from hitl.storage.dead_letters import NoSuchLetter, backlog, dead_letters, replay
from hitl.storage.outbox import Sending
from hitl.storage.queries import CaseFilter, list_cases
from hitl.storage.tables import outbox
from tests.conftest import Clock
from tests.examples import moderation, post
from tests.service.process import environment, run_to_its_end


@pytest.fixture
def engine() -> str:
    """The copy is SQLite's; the rest is statements that other tests run on both."""
    return "sqlite"


async def kill_a_letter(database: Database) -> int:
    await database.write(lambda tx: submit(tx, post(), use_case=moderation(), draw=0.5))
    await database.write(
        lambda tx: tx.connection.execute(
            update(outbox).values(state=Sending.DEAD, last_error="channel_not_found", attempts=7)
        )
    )
    return await database.read(lambda c: int(c.execute(select(outbox.c.id)).scalar_one()))


async def test_a_dead_letter_is_listed_with_its_reason_and_can_be_sent_again(
    database: Database,
) -> None:
    number = await kill_a_letter(database)
    [letter] = await database.read(lambda c: dead_letters(c, most=5))
    assert (letter.id, letter.error, letter.attempts) == (number, "channel_not_found", 7)
    for named in ([number + 1], [number, number + 1]):
        with pytest.raises(NoSuchLetter, match=rf"no dead letter {number + 1}, so nothing"):
            await database.write(partial(replay, ids=named))
    [lane] = await database.read(backlog)
    assert lane.state is Sending.DEAD
    assert await database.write(lambda tx: replay(tx, [number])) == 1
    [lane] = await database.read(backlog)
    assert (lane.state, lane.lane, lane.count) == (Sending.WAITING, "slack/post:#moderation", 1)


async def test_the_command_lists_and_replays(database: Database, tmp_path: Path) -> None:
    number = await kill_a_letter(database)
    env = environment(tmp_path, HITL_DATABASE_URL=database.url)
    listed = await run_to_its_end(tmp_path, "outbox", env=env)
    assert listed.status == 0
    assert "channel_not_found" in listed.said
    unnamed = await run_to_its_end(tmp_path, "outbox", "replay", env=env)
    assert (unnamed.status, unnamed.said.strip()) == (
        2,
        "name the numbers of dead letters, or --all",
    )
    replayed = await run_to_its_end(tmp_path, "outbox", "replay", str(number), env=env)
    assert "1 will be sent again" in replayed.said
    assert await database.read(lambda c: dead_letters(c, most=5)) == []


async def test_a_command_that_only_looks_makes_no_database(tmp_path: Path) -> None:
    ended = await run_to_its_end(tmp_path, "outbox", env=environment(tmp_path))
    assert ended.status == 2
    assert "there is no database at" in ended.said
    assert not (tmp_path / "hitl.db").exists()


async def test_a_copy_made_under_load_restores_to_one_moment(
    database: Database, tmp_path: Path, clock: Clock
) -> None:
    stop = asyncio.Event()
    stored = 0

    async def keep_writing() -> None:
        nonlocal stored
        while not stop.is_set():
            await database.write(
                partial(submit, submission=post(f"post-{stored}"), use_case=moderation(), draw=0.5)
            )
            stored += 1

    writing = asyncio.create_task(keep_writing())
    while stored < 50:  # noqa: ASYNC110 - the writer counts
        await asyncio.sleep(0.01)
    before = stored
    copy = tmp_path / "copy.db"
    await asyncio.to_thread(back_up, database.url, copy)
    stop.set()
    await writing
    restored = Database(f"sqlite:///{copy}", clock=clock)
    cases = await restored.read(lambda c: list_cases(c, CaseFilter(), limit=100_000))
    rows = await restored.read(lambda c: len(c.execute(select(outbox.c.id)).all()))
    restored.close()
    assert before <= len(cases) <= stored
    assert [case.key for case in cases] == [f"post-{number}" for number in range(len(cases))]
    assert rows == len(cases)


def test_a_copy_never_replaces_a_file(sqlite_url: str, tmp_path: Path) -> None:
    (tmp_path / "kept.db").write_text("precious")
    with pytest.raises(BackupRefused, match="exists already"):
        back_up(sqlite_url, tmp_path / "kept.db")
    with pytest.raises(BackupRefused, match="can't copy"):
        back_up(sqlite_url, tmp_path / "nowhere" / "copy.db")
    with pytest.raises(BackupRefused, match="there is no database"):
        back_up(f"sqlite:///{tmp_path}/absent.db", tmp_path / "copy.db")
    with pytest.raises(BackupRefused, match="pg_dump"):
        back_up("postgresql://localhost/hitl", tmp_path / "copy.db")
    assert (tmp_path / "kept.db").read_text() == "precious"


def test_a_damaged_database_gives_no_copy(sqlite_url: str, tmp_path: Path) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    with sqlite3.connect(file) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    connection.close()
    content = bytearray(file.read_bytes())
    content[4096 : 4096 * 3] = b"\x00" * 8192
    file.write_bytes(bytes(content))
    with pytest.raises(BackupRefused):
        back_up(sqlite_url, tmp_path / "copy.db")
    assert list(tmp_path.glob("*copy.db*")) == []
