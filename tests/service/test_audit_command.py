"""``hitl audit verify`` says that the record is whole, or where it is not."""

import sqlite3
from functools import partial
from pathlib import Path

import pytest

from hitl.audit import Checkpoint
from hitl.review import add_note, submit
from hitl.storage.checkpoints import record_checkpoint
from hitl.storage.database import Database
from tests.conftest import Clock
from tests.examples import moderation, post
from tests.service.process import Ended, environment, run_to_its_end


@pytest.fixture
def engine() -> str:
    """The command adds nothing that depends on the engine."""
    return "sqlite"


@pytest.fixture
async def checkpoint(database: Database, clock: Clock) -> Checkpoint:
    """Of 600 cases, more than are walked at a time."""
    for number in range(600):
        await database.write(
            partial(submit, submission=post(f"{number}"), use_case=moderation(), draw=0.5)
        )
    await database.write(lambda tx: add_note(tx, 599, author="U0ANA", text="hm"))
    clock.advance(minutes=2)
    return await database.write(record_checkpoint)


async def verify(database: Database, folder: Path, *options: str) -> Ended:
    env = environment(folder, HITL_DATABASE_URL=database.url)
    return await run_to_its_end(folder, "audit", "verify", *options, env=env)


async def test_a_whole_record_is_said_to_be_whole(
    database: Database, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    ended = await verify(database, tmp_path, "--checkpoint", checkpoint.shown)
    assert ended.status == 0
    assert "600 cases are as they were written" in ended.said
    assert f"the latest checkpoint is {checkpoint.shown}" in ended.said


async def test_the_first_break_is_named(
    database: Database, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    assert checkpoint.cases == 600
    with sqlite3.connect(database.url.removeprefix("sqlite:///")) as connection:
        connection.execute("UPDATE audit_events SET actor = 'U0EVE' WHERE case_id IN (599, 600)")
    connection.close()
    ended = await verify(database, tmp_path)
    assert ended.status == 1
    assert "case 599, event 1: was changed" in ended.said


async def test_a_checkpoint_that_is_not_there_any_more_is_a_break(
    database: Database, checkpoint: Checkpoint, tmp_path: Path
) -> None:
    ended = await verify(database, tmp_path, "--checkpoint", checkpoint.hash[::-1])
    assert ended.status == 1
    assert "there is no checkpoint" in ended.said


async def test_a_checkpoint_of_few_digits_proves_nothing(
    database: Database, tmp_path: Path
) -> None:
    ended = await verify(database, tmp_path, "--checkpoint", "7c1f")
    assert (ended.status, ended.said.strip()) == (2, "give at least 12 digits of the checkpoint")
