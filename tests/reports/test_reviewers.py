"""What is told of each person: exactly while it is little, by narrow buckets where it is much."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import insert

from hitl.reports.ledger import Ledger
from hitl.reports.reviewers import team
from hitl.reports.times import seconds_by_person
from hitl.storage.database import Database, Transaction
from hitl.storage.tables import reviews
from tests.conftest import MONDAY, Clock
from tests.examples import moderation
from tests.reports.sample import store_sample
from tests.reports.world import roll

DAY = timedelta(days=1)
PEOPLE = ("U0ANA", "U0BEN")


def _vote(tx: Transaction, *, count: int) -> None:
    """By turns, for one, two … up to forty seconds; the last one settled a dispute."""
    rows: list[dict[str, Any]] = [
        {
            "case_id": number,
            "reviewer": PEOPLE[number % 2],
            "verdict": "approve",
            "label": "clean",
            "seconds": None if number % 50 == 0 else float(number % 40 + 1),
            "at": MONDAY + timedelta(seconds=2 * number),
            "is_adjudication": number == count,
        }
        for number in range(1, count + 1)
    ]
    tx.connection.execute(insert(reviews), rows)


async def _voted(database: Database, count: int) -> None:
    at = MONDAY + timedelta(seconds=1)
    await database.write(partial(store_sample, count=count, use_case=moderation(), at=at))
    await database.write(partial(_vote, count=count))


@pytest.mark.parametrize("count", [1_000, 12_001])
async def test_each_ones_seconds_are_those_of_their_own_votes(
    database: Database, clock: Clock, count: int
) -> None:
    await _voted(database, count)
    clock.advance(hours=30)
    await roll(database)
    found = await database.read(
        lambda c: seconds_by_person(Ledger.open(c, "content-moderation"), (MONDAY, clock.now))
    )
    for place, name in enumerate(PEOPLE):
        own = [n for n in range(1, count) if n % 2 == place and n % 50]
        exact = sorted(float(n % 40 + 1) for n in own)
        within = 0 if count <= 10_000 else 1 / 64
        assert found[name] == pytest.approx(exact, rel=within, abs=0)


async def test_a_reviewer_is_told_by_their_votes(database: Database, clock: Clock) -> None:
    await _voted(database, 101)
    clock.advance(hours=30)
    before = await database.read(partial(team, use_case=moderation(), now=clock.now))
    await roll(database)
    after = await database.read(partial(team, use_case=moderation(), now=clock.now))
    assert before == after
    [ana, ben] = after.reviewers
    assert (ana.decisions, ana.days, ana.a_day) == (50, 1, 50.0)
    # The last vote settles what others disagreed on.
    assert (ben.decisions, ben.speed.reviews) == (50, 50)
    assert ana.speed.reviews == 48
