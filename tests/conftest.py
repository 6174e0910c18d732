"""What tests share: a real database file, a clock that stands still until moved."""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hitl.storage.database import Database
from hitl.storage.migrate import prepare_database

MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = MONDAY

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def prepared_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty database, made once."""
    file = tmp_path_factory.mktemp("prepared") / "hitl.db"
    prepare_database(f"sqlite:///{file}")
    return file


@pytest.fixture
def database_url(prepared_file: Path, tmp_path: Path) -> str:
    """An empty database of the test's own."""
    file = tmp_path / "hitl.db"
    shutil.copy(prepared_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def database(database_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(database_url, clock=clock)
    yield database
    database.close()
