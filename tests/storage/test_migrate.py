"""A database is brought to the tables the code knows, or refused in a clear line."""

import subprocess
import sys
from pathlib import Path
from subprocess import PIPE

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import select, text
from sqlmodel import SQLModel

from hitl.storage.engines import writing_engine
from hitl.storage.migrate import (
    CURRENT,
    DatabaseUnusable,
    migration_config,
    prepare_database,
)
from hitl.storage.tables import schema_version
from tests.postgres import Server

PREPARING = """
import sys
from alembic import command
from hitl.storage.migrate import prepare_database
print("ready", flush=True)
sys.stdin.readline()
prepare_database(sys.argv[1])
"""


def statement(url: str, sql: str) -> None:
    engine = writing_engine(url)
    with engine.begin() as connection:
        connection.execute(text(sql))
    engine.dispose()


def version(url: str) -> int:
    engine = writing_engine(url)
    with engine.begin() as connection:
        found = connection.execute(select(schema_version.c.version)).scalar_one()
    engine.dispose()
    return int(found)


def test_an_empty_database_gets_the_tables_that_the_code_declares(database_url: str) -> None:
    engine = writing_engine(database_url)
    with engine.begin() as connection:
        context = MigrationContext.configure(connection)
        assert compare_metadata(context, SQLModel.metadata) == []
        scripts = ScriptDirectory.from_config(migration_config(connection))
        assert scripts.get_current_head() == f"{CURRENT:04}"
    engine.dispose()
    assert version(database_url) == CURRENT


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
def test_a_database_that_can_t_hold_every_text_is_refused(
    postgresql: Server, encoding: str
) -> None:
    postgresql.command(
        f"CREATE DATABASE {{}} TEMPLATE template0 ENCODING '{encoding}'"
        " LC_COLLATE 'C' LC_CTYPE 'C'",
        encoding,
    )
    with pytest.raises(DatabaseUnusable, match=f"encoded as {encoding}.*ENCODING 'UTF8'"):
        prepare_database(postgresql.url(encoding))
    postgresql.drop(encoding)


def test_of_replicas_that_start_at_once_one_makes_the_tables(postgresql: Server) -> None:
    empty_url = postgresql.url(postgresql.create())
    command = (sys.executable, "-c", PREPARING, empty_url)
    processes = [subprocess.Popen(command, stdin=PIPE, stdout=PIPE) for _ in range(3)]  # noqa: S603 - our own
    for process in processes:
        assert process.stdout is not None
        process.stdout.readline()
    for process in processes:
        assert process.stdin is not None
        process.stdin.close()
    for process in processes:
        process.stdin = None
        process.communicate(timeout=30)
    assert [process.returncode for process in processes] == [0, 0, 0]
    assert version(empty_url) == CURRENT


def test_a_database_that_is_ready_is_left_alone(sqlite_url: str) -> None:
    file = Path(sqlite_url.removeprefix("sqlite:///"))
    before = file.read_bytes()
    prepare_database(sqlite_url)
    assert file.read_bytes() == before


def test_a_database_that_needs_newer_code_is_refused(database_url: str) -> None:
    statement(
        database_url,
        f"UPDATE schema_version SET version = {CURRENT + 5}, minimum_compatible = {CURRENT + 3}",  # noqa: S608
    )
    with pytest.raises(
        DatabaseUnusable, match=f"at version {CURRENT + 5} and needs at least version {CURRENT + 3}"
    ):
        prepare_database(database_url)


def test_a_newer_database_that_this_code_can_still_use_is_accepted(database_url: str) -> None:
    statement(database_url, f"UPDATE schema_version SET version = {CURRENT + 5}")  # noqa: S608
    prepare_database(database_url)
    assert version(database_url) == CURRENT + 5


def test_a_place_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match=r"nowhere/hitl\.db: unable to open"):
        prepare_database(f"sqlite:///{tmp_path}/nowhere/hitl.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "hitl.db").write_text("these are not the bytes of a database at all\n" * 50)
    with pytest.raises(DatabaseUnusable, match="not a database"):
        prepare_database(f"sqlite:///{tmp_path}/hitl.db")
