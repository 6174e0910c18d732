"""An edge router sends what somebody must look at, and counts the rest once."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from itertools import chain, repeat

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from bot.intake.app import build_intake
from bot.intake.keyring import Keyring
from bot.services import Services
from bot.serving import listen, serving
from hitl.client import AsyncEdgeRouter, AsyncHitl, EdgeRouter, Hitl
from hitl.storage.database import Database
from hitl.storage.tables import cases, tallies
from tests.examples import digits, example_policy

KEY = "a-key-for-tests-only"
SURE, UNSURE = {"7": 0.97, "1": 0.03}, {"7": 0.5, "1": 0.3}


class Moving:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 23, 9, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def engine() -> str:
    """The clients don't see which database it is."""
    return "sqlite"


@pytest.fixture
async def url(database: Database) -> AsyncIterator[str]:
    services = Services(database=database, policy=example_policy(), draw=lambda: 0.99)
    app = build_intake(services, keyring=Keyring([SecretStr(KEY)]))
    with listen("127.0.0.1", 0) as listener:
        async with serving(app, listener):
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"


async def counted(database: Database) -> list[tuple[str, float, float, int]]:
    columns = (tallies.c.label, tallies.c.band_low, tallies.c.band_high, tallies.c.count)
    rows = await database.read(lambda c: c.execute(select(*columns)).all())
    return [tuple(row) for row in rows]


async def test_what_stands_is_counted_and_what_does_not_is_sent(
    url: str, database: Database
) -> None:
    async with AsyncHitl(url, api_key=KEY) as hitl:
        async with AsyncEdgeRouter(hitl, digits(), draw=lambda: 0.5) as edge:
            for number in range(3):
                sure = await edge.decide(key=f"sure {number}", scores=SURE, model="cnn@4")
                assert (sure.label, sure.answer) == ("7", None)
            unsure = await edge.decide(key="unsure", scores=UNSURE, title="A scan")
            assert unsure.label is None
            assert unsure.answer is not None
            assert unsure.answer.route_reason == unsure.route.reason
            assert await counted(database) == []
        assert await counted(database) == [("7", 0.95, 1.0, 3)]
        await edge.flush()
        assert await counted(database) == [("7", 0.95, 1.0, 3)]
    row = await database.read(lambda c: c.execute(select(cases)).one())
    assert (row.key, row.draw, row.audit_rate) == ("unsure", 0.5, 0.02)
    assert (row.routed_by, row.policy_version) == ("edge", digits().version)


async def test_the_sample_is_sent_although_it_stands(url: str, database: Database) -> None:
    async with AsyncHitl(url, api_key=KEY) as hitl:
        edge = AsyncEdgeRouter(hitl, digits(), draw=lambda: 0.019)
        sampled = await edge.decide(key="sampled", scores=SURE)
        await edge.flush()
    assert sampled.label == "7"
    assert sampled.answer is not None
    assert await counted(database) == []
    row = await database.read(lambda c: c.execute(select(cases)).one())
    assert (row.route_to, row.draw) == ("auto", 0.019)


class Flaky:
    """A transport that loses the answers of the first requests after they were taken."""

    def __init__(self, lost: int) -> None:
        self.answers = chain(repeat("lost", lost), repeat("kept"))
        self.bodies: list[bytes] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.bodies.append(request.content)
        if next(self.answers) == "lost":
            raise httpx.ReadTimeout("lost", request=request)
        return httpx.Response(200, json={"stored": True})


def test_counts_whose_answer_was_lost_are_told_again_under_the_same_key() -> None:
    flaky, clock = Flaky(lost=1), Moving()
    with Hitl("http://hitl", api_key=KEY) as hitl:
        hitl._http = httpx.Client(transport=httpx.MockTransport(flaky), base_url="http://hitl")  # noqa: SLF001 - a network that fails
        edge = EdgeRouter(hitl, digits(), draw=lambda: 0.5, now=clock)
        edge.decide(key="1", scores=SURE)
        assert flaky.bodies == []
        clock.now += timedelta(minutes=1)
        edge.decide(key="2", scores=SURE)
        assert len(flaky.bodies) == 1
        edge.decide(key="3", scores=SURE)
        edge.flush()
    lost, again, more = flaky.bodies
    assert lost == again
    assert b'"count":2' in again
    assert b'"count":1' in more
