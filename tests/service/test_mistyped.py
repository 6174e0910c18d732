"""A command that was mistyped ends with a sentence and status 2, never with a traceback."""

import sqlite3
from pathlib import Path

import pytest

from hitl.storage.migrate import prepare_database
from tests.service.process import environment, run_to_its_end

DEMO = ("demo", "--auto", "--exit", "--most", "1", "--api-port", "0")


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ((*DEMO, "--port", "99999"), "Invalid value for"),
        ((*DEMO, "--port", "-1"), "Invalid value for"),
        ((*DEMO, "--port", "0", "--api-port", "99999"), "Invalid value for"),
        ((*DEMO, "--port", "0", "--data", "policy.toml"), "can't keep data in policy.toml: File"),
        (("demo", "--exit", "--port", "0", "--api-port", "0"), "--exit needs --auto"),
        (("backup", "a" * 300), "File name too long"),
    ],
)
async def test_what_was_mistyped_is_told(
    tmp_path: Path, arguments: tuple[str, ...], says: str
) -> None:
    env = environment(tmp_path)
    prepare_database(env["HITL_DATABASE_URL"])
    ended = await run_to_its_end(tmp_path, *arguments, env=env)
    assert ended.status == 2, ended.said
    assert says in ended.said
    assert "Traceback" not in ended.said


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("sqlite:///q?timeout=abc", "could not convert string to float: 'abc'"),
        ("sqlite:///a%00b", "no file's name holds the character U+0000"),
    ],
)
async def test_a_database_address_that_can_not_be_read_is_named(
    tmp_path: Path, url: str, says: str
) -> None:
    env = environment(tmp_path, HITL_DATABASE_URL=url)
    ended = await run_to_its_end(tmp_path, "outbox", env=env)
    assert ended.status == 2, ended.said
    assert ended.said.startswith("HITL_DATABASE_URL is wrong: ")
    assert says in ended.said
    assert len(ended.said.splitlines()) == 1


async def test_a_number_that_no_letter_has_sends_nothing(tmp_path: Path) -> None:
    env = environment(tmp_path)
    prepare_database(env["HITL_DATABASE_URL"])
    for number in ("17", "9" * 20):
        ended = await run_to_its_end(tmp_path, "outbox", "replay", number, env=env)
        assert ended.status == 2
        assert ended.said == (
            f"there is no dead letter {number}, so nothing is sent again; hitl outbox lists them\n"
        )
    ended = await run_to_its_end(tmp_path, "outbox", "replay", "--all", env=env)
    assert (ended.status, ended.said) == (0, "There are no dead letters.\n")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--use-case", "spam", "--before", "2026-06-01"), 'unknown use case "spam"'),
        (("9" * 20,), "less than or equal to"),
    ],
)
async def test_nobody_is_told_that_all_is_erased_where_a_name_is_mistyped(
    tmp_path: Path, asked: tuple[str, ...], says: str
) -> None:
    env = environment(tmp_path)
    prepare_database(env["HITL_DATABASE_URL"])
    ended = await run_to_its_end(tmp_path, "erase", *asked, env=env | {"COLUMNS": "200"})
    assert ended.status == 2, ended.said
    assert says in ended.said


async def test_a_copy_is_called_what_it_was_asked_to_be_called(tmp_path: Path) -> None:
    env = environment(tmp_path)
    prepare_database(env["HITL_DATABASE_URL"])
    ended = await run_to_its_end(tmp_path, "backup", "c[red].db", env=env)
    assert ended.said.startswith("c[red].db: "), ended.said
    assert "remove the -wal and -shm files" in ended.said, "SQLite would put them into the copy"
    with sqlite3.connect(tmp_path / "c[red].db") as copy:
        assert copy.execute("SELECT count(*) FROM cases").fetchone() == (0,)
    copy.close()


@pytest.mark.slow
async def test_the_demo_keeps_its_data_in_the_folder_that_was_named(tmp_path: Path) -> None:
    folder = tmp_path / "q?x"
    asked = (*DEMO, "--port", "0", "--data", "q?x")
    ended = await run_to_its_end(tmp_path, *asked, env=environment(tmp_path), seconds=120)
    assert ended.status == 0, ended.said
    assert (folder / "demo.db").exists()
    assert not (tmp_path / "q").exists()
