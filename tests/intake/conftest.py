"""A caller of the API, with a key."""

from collections.abc import AsyncIterator

import httpx
import pytest
from pydantic import SecretStr

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.services import Services
from hitl.storage.database import Database
from tests.examples import example_policy

KEY = "a-key-for-tests-only"


@pytest.fixture
def services(database: Database) -> Services:
    return Services(database=database, policy=example_policy(), draw=lambda: 0.5)


@pytest.fixture
async def api(services: Services) -> AsyncIterator[httpx.AsyncClient]:
    app = build_intake(services, keyring=Keyring([SecretStr(KEY)]))
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app, raise_app_exceptions=False),
        base_url="http://hitl",
        headers={"Authorization": f"Bearer {KEY}"},
    ) as client:
        yield client
