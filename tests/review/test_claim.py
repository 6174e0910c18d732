"""A claimed case is served to nobody else for a while, and anybody may still decide it."""

import asyncio
from functools import partial

import pytest
from sqlalchemy import select

from hitl.review import AlreadyDecided, claim_next, release, submit, vote, withdraw
from hitl.storage.database import Database
from hitl.storage.queries import case_history
from hitl.storage.tables import reviews
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import moderation, post

ANA, BEN = "U0ANA", "U0BEN"


async def waiting(database: Database, number: int) -> list[int]:
    """The ids of that many cases, the oldest first."""
    found = []
    for each in range(number):
        submission = post(f"post-{each}")
        verb = partial(submit, submission=submission, use_case=moderation(), draw=0.5)
        case, _ = await database.write(verb)
        found.append(case.id)
    return found


async def served(database: Database, reviewer: str) -> int | None:
    """The id of the case the reviewer is given."""
    case = await database.write(lambda tx: claim_next(tx, use_case=moderation(), reviewer=reviewer))
    return None if case is None else case.id


async def approve(database: Database, case_id: int, *, reviewer: str) -> None:
    await database.write(
        lambda tx: vote(
            tx, case_id, verdict=Verdict.APPROVE, reviewer=reviewer, use_case=moderation()
        )
    )


async def seconds(database: Database) -> list[float | None]:
    """How long each review took."""
    return await database.read(lambda c: list(c.execute(select(reviews.c.seconds)).scalars()))


async def test_the_case_that_waits_longest_is_served_first(database: Database) -> None:
    first, second = await waiting(database, 2)
    assert await served(database, ANA) == first
    await approve(database, first, reviewer=ANA)
    assert await served(database, ANA) == second
    await approve(database, second, reviewer=ANA)
    assert await served(database, ANA) is None


async def test_two_people_are_served_different_cases(database: Database) -> None:
    first, second = await waiting(database, 2)
    assert await served(database, ANA) == first
    assert await served(database, BEN) == second
    assert await served(database, "U0CHLOE") is None


async def test_any_number_who_ask_at_once_are_served_different_cases(database: Database) -> None:
    ids = await waiting(database, 20)
    found = await asyncio.gather(*(served(database, f"U{each}") for each in range(25)))
    assert sorted(case_id for case_id in found if case_id is not None) == ids
    assert found.count(None) == 5


async def test_whoever_asks_again_is_served_the_same_case(database: Database) -> None:
    first, _ = await waiting(database, 2)
    assert [await served(database, ANA), await served(database, ANA)] == [first, first]


async def test_a_claim_runs_out_and_the_case_is_served_to_the_next(
    database: Database, clock: Clock
) -> None:
    first, second = await waiting(database, 2)
    await served(database, ANA)
    clock.advance(minutes=4, seconds=59)
    assert await served(database, BEN) == second
    clock.advance(seconds=1)
    assert await served(database, "U0CHLOE") == first


async def test_asking_again_prolongs_a_claim(database: Database, clock: Clock) -> None:
    first, second = await waiting(database, 2)
    await served(database, ANA)
    clock.advance(minutes=4)
    assert await served(database, ANA) == first
    clock.advance(minutes=4)
    assert await served(database, BEN) == second


async def test_a_released_case_is_served_to_the_next(database: Database) -> None:
    [first] = await waiting(database, 1)
    await served(database, ANA)
    await database.write(lambda tx: release(tx, first, reviewer=ANA))
    assert await served(database, BEN) == first


async def test_nobody_releases_the_claim_of_another(database: Database) -> None:
    [first] = await waiting(database, 1)
    await served(database, ANA)
    await database.write(lambda tx: release(tx, first, reviewer=BEN))
    assert await served(database, BEN) is None


async def test_a_claim_keeps_nobody_from_deciding(database: Database) -> None:
    [first] = await waiting(database, 1)
    await served(database, ANA)
    await approve(database, first, reviewer=BEN)
    assert await seconds(database) == [None]
    with pytest.raises(AlreadyDecided):
        await approve(database, first, reviewer=ANA)


async def test_a_withdrawn_case_is_not_served(database: Database) -> None:
    first, second = await waiting(database, 2)
    await database.write(lambda tx: withdraw(tx, first, by="caller"))
    assert await served(database, ANA) == second


async def test_a_review_takes_from_the_first_sight_of_the_case_to_the_vote(
    database: Database, clock: Clock
) -> None:
    [first] = await waiting(database, 1)
    clock.advance(hours=3)
    await served(database, ANA)
    clock.advance(seconds=5)
    await served(database, ANA)
    clock.advance(seconds=2.5)
    await approve(database, first, reviewer=ANA)
    assert await seconds(database) == [7.5]


async def test_looking_starts_anew_where_a_claim_had_run_out(
    database: Database, clock: Clock
) -> None:
    [first] = await waiting(database, 1)
    await served(database, ANA)
    clock.advance(minutes=30)
    await served(database, ANA)
    clock.advance(seconds=6)
    await approve(database, first, reviewer=ANA)
    assert await seconds(database) == [6.0]


async def test_the_history_tells_who_looked(database: Database) -> None:
    [first] = await waiting(database, 1)
    await served(database, ANA)
    await database.write(lambda tx: release(tx, first, reviewer=ANA))
    events = await database.read(lambda c: case_history(c, first))
    assert [(event.type, event.actor) for event in events[1:]] == [
        ("claimed", ANA),
        ("released", ANA),
    ]


async def test_a_case_of_another_use_case_is_not_served(database: Database) -> None:
    await waiting(database, 1)
    other = moderation().model_copy(update={"name": "comments"})
    found = await database.write(lambda tx: claim_next(tx, use_case=other, reviewer=ANA))
    assert found is None
