"""What tests share: real databases of both kinds, a clock that stands still until moved."""

import os
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from hitl.storage.database import Database
from hitl.storage.migrate import prepare_database
from tests.postgres import FAST, NoPostgresql, Server, running_server

# How long an example takes says how busy the machine is, and nothing about a rule.
settings.register_profile("hitl", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("hitl")

# The machine's own settings are none of a test's, nor of the processes that it starts.
for name in [name for name in os.environ if name.upper().startswith(("HITL_", "SLACK_"))]:
    del os.environ[name]

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


@pytest.fixture(scope="session")
def postgresql() -> Iterator[Server]:
    """A server for the whole run; without one its tests are skipped, but never in CI."""
    try:
        with running_server(FAST) as server:
            yield server
    except NoPostgresql as missing:
        if os.environ.get("CI") == "true":
            raise
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def prepared_template(postgresql: Server) -> str:
    """A migrated, empty database on the server, made once."""
    name = postgresql.create()
    prepare_database(postgresql.url(name))
    return name


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    """Both databases: a test of the ``database`` runs on each.

    A module or folder for which one is enough says so with a fixture of this name.
    """
    return str(request.param)


@pytest.fixture
def database_url(engine: str, request: pytest.FixtureRequest) -> str:
    """An empty database of the test's own."""
    return str(request.getfixturevalue(f"{engine}_url"))


@pytest.fixture
def sqlite_url(prepared_file: Path, tmp_path: Path) -> str:
    file = tmp_path / "hitl.db"
    shutil.copy(prepared_file, file)
    return f"sqlite:///{file}"


@pytest.fixture
def postgresql_url(postgresql: Server, prepared_template: str) -> Iterator[str]:
    name = postgresql.create(template=prepared_template)
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture
def database(database_url: str, clock: Clock) -> Iterator[Database]:
    database = Database(database_url, clock=clock)
    yield database
    database.close()
