"""A house of each test's own."""

from collections.abc import AsyncIterator

import pytest

from hitl.storage.database import Database
from tests.dashboard.house import ADDRESS, House, opened_house


@pytest.fixture
def engine() -> str:
    """The few statements of its own are tried on both databases in test_web_sessions."""
    return "sqlite"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    """slack_sdk would send loopback calls to the environment's proxy."""
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def public_url() -> str:
    return ADDRESS


@pytest.fixture
async def house(database: Database, public_url: str) -> AsyncIterator[House]:
    async with opened_house(database, public_url=public_url) as house:
        yield house
