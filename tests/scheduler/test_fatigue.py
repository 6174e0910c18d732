"""Whoever shows signs of being tired is told alone, once, on enough decisions, if they want it."""

import asyncio
from functools import partial
from typing import Any

import pytest

from bot.scheduler.fatigue import look_for_fatigue
from hitl.notifications import Told
from hitl.review.telling import choose_notifications
from hitl.storage.database import Database
from hitl.storage.tables import outbox
from tests.conftest import Clock
from tests.examples import example_policy
from tests.tired import store_days

ANA = "U0ANA"
POLICY = example_policy()


async def decided(database: Database, person: str = ANA, **days: Any) -> None:
    use_case = POLICY.use_case("content-moderation")
    await database.write(partial(store_days, person=person, use_case=use_case, **days))


async def told(database: Database) -> list[tuple[str, Any]]:
    """Where each message goes, and what it says."""
    found = await database.read(lambda c: c.execute(outbox.select().order_by(outbox.c.id)).all())
    return [(row.lane, row.payload) for row in found]


async def test_of_two_processes_one_tells_the_person_alone(
    database: Database, database_url: str, clock: Clock
) -> None:
    await decided(database)
    replica = Database(database_url, clock=clock)
    for _ in range(3):
        await asyncio.gather(*(look_for_fatigue(each, POLICY) for each in (database, replica)))
    replica.close()
    loaded = {"says": "fatigue", "to": ANA, "signs": ["loaded"]}
    assert await told(database) == [("slack/post:U0ANA", loaded)]


@pytest.mark.parametrize(
    "days",
    [
        pytest.param({"today": 40}, id="a usual day"),
        pytest.param({"today": 19}, id="too few decisions today"),
        pytest.param({"days": 0}, id="no days to compare with"),
        pytest.param({"person": "ana@example.org"}, id="nobody whom Slack knows"),
    ],
)
async def test_nothing_is_said(database: Database, days: dict[str, Any]) -> None:
    await decided(database, **days)
    await look_for_fatigue(database, POLICY)
    assert await told(database) == []


async def test_whoever_switched_it_off_is_told_nothing_until_they_want_it_again(
    database: Database,
) -> None:
    await decided(database)
    for wanted in ({Told.HANDED}, {Told.FATIGUE}):
        choose = partial(choose_notifications, person=ANA, wanted=wanted)
        await database.write(choose)
        await look_for_fatigue(database, POLICY)
        assert bool(await told(database)) == (Told.FATIGUE in wanted)


async def test_whoever_has_gone_home_is_left_alone(database: Database, clock: Clock) -> None:
    await decided(database)
    clock.advance(minutes=16)
    await look_for_fatigue(database, POLICY)
    assert await told(database) == []


async def test_a_sign_that_goes_on_is_told_once_a_week(database: Database, clock: Clock) -> None:
    said = []
    await decided(database)
    for _ in range(9):
        await look_for_fatigue(database, POLICY)
        said.append(len(await told(database)))
        clock.advance(days=1)
        await decided(database, days=0)
    # From the eighth day on, days like this are the usual ones; ten in a row are a sign as well.
    assert said[:7] == [1] * 7
    assert said[7] <= 2
