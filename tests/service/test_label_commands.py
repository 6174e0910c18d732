"""What people decided, exported and erased from a shell."""

import asyncio
import json
import os
from pathlib import Path

import pytest
from pyarrow import parquet

from hitl.review import submit
from hitl.storage.database import Database, Transaction
from tests.examples import moderation, post
from tests.learning.reading import decided
from tests.service.process import HITL, environment, run_to_its_end


@pytest.fixture
def engine() -> str:
    """A command of one database."""
    return "sqlite"


def _cases(tx: Transaction) -> None:
    """Two that Ana decided, and one that waits."""
    for key in ("post-1", "post-2"):
        decided(tx, key)
    submit(tx, post("post-3"), use_case=moderation(), draw=0.5)


@pytest.fixture
async def env(database: Database, tmp_path: Path) -> dict[str, str]:
    await database.write(_cases)
    return environment(tmp_path, HITL_DATABASE_URL=database.url, COLUMNS="200")


async def test_reviewers_are_named_where_that_is_asked_for(
    tmp_path: Path, env: dict[str, str]
) -> None:
    asked = ("labels", "export", "--out")
    told = await run_to_its_end(tmp_path, *asked, "named.jsonl", "--reviewers", "named", env=env)
    assert told.said == "named.jsonl: 2 labels. Go on from there with --after 2.\n"
    lines = (tmp_path / "named.jsonl").read_text().splitlines()
    assert [json.loads(line)["reviewers"] for line in lines] == [["U0ANA"], ["U0ANA"]]
    await run_to_its_end(tmp_path, *asked, "usual.jsonl", env=env)
    usual = (tmp_path / "usual.jsonl").read_text()
    assert "U0ANA" not in usual
    named = ("--format", "parquet", "--reviewers", "named")
    await run_to_its_end(tmp_path, *asked, "named.parquet", *named, env=env)
    table = parquet.read_table(tmp_path / "named.parquet")
    assert table.column("reviewers").to_pylist() == ["U0ANA", "U0ANA"]


async def test_a_pipe_is_written_to_and_a_link_written_through_and_neither_replaced(
    tmp_path: Path, env: dict[str, str]
) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link.jsonl"
    os.mkfifo(pipe)
    link.symlink_to("file.jsonl")
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    for out in (pipe, link):
        ended = await run_to_its_end(tmp_path, "labels", "export", "--out", str(out), env=env)
        assert ended.status == 0, ended.said
    assert len(os.read(reader, 65_536).splitlines()) == 2
    os.close(reader)
    assert link.is_symlink()
    assert len((tmp_path / "file.jsonl").read_text().splitlines()) == 2


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("--use-case", "spam"), 'no case was ever of it: unknown use case "spam"; known:'),
        (("--out", "."), "can't write .: it is a folder"),
        (("--out", "/no/such/x.csv"), "can't write /no/such/x.csv: No such file"),
        (("--after", "9"), "There is no label 9: the last one is 2"),
    ],
)
async def test_an_export_that_was_mistyped_is_refused_in_a_line(
    tmp_path: Path, env: dict[str, str], arguments: tuple[str, ...], says: str
) -> None:
    ended = await run_to_its_end(tmp_path, "labels", "export", *arguments, env=env)
    assert ended.status == 2, ended.said
    assert ended.said.startswith(says)
    assert len(ended.said.splitlines()) == 1


async def test_an_export_that_nobody_can_take_ends_in_words(
    tmp_path: Path, env: dict[str, str]
) -> None:
    full = os.open("/dev/full", os.O_WRONLY)
    process = await asyncio.create_subprocess_exec(
        HITL, "labels", "export", cwd=tmp_path, env=env,
        stdout=full, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(full)
    _, said = await process.communicate()
    assert process.returncode == 2
    assert said.decode() == "can't write to standard output: No space left on device\n"


async def test_what_was_erased_before_a_refusal_is_told_and_gone(
    tmp_path: Path, env: dict[str, str]
) -> None:
    ended = await run_to_its_end(tmp_path, "erase", "1", "3", "2", env=env)
    assert ended.status == 2
    first, second = ended.said.splitlines()
    assert first == "Erased what people wrote in 1 case before this:"
    assert second.startswith("Case 3 can't be erased")
    again = await run_to_its_end(tmp_path, "erase", "1", env=env)
    assert (again.status, again.said) == (0, "Nothing was left to erase.\n")
    rest = await run_to_its_end(tmp_path, "erase", "2", env=env)
    assert rest.said.startswith("Erased what people wrote in 1 case; labels, scores and history")
