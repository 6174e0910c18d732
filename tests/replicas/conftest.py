"""Several ways into one PostgreSQL, as several processes have them."""

from collections.abc import Iterator

import pytest

from hitl.storage.database import Database
from tests.conftest import Clock


@pytest.fixture
def engine() -> str:
    return "postgresql"


@pytest.fixture
def replicas(postgresql_url: str, clock: Clock) -> Iterator[list[Database]]:
    """Four databases that share nothing but their server."""
    databases = [Database(postgresql_url, clock=clock) for _ in range(4)]
    yield databases
    for database in databases:
        database.close()
