"""Deadlines are kept by whoever runs, also after nobody did."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from functools import partial

import pytest

from bot.scheduler.deadlines import keeping_deadlines, take_due_steps
from hitl.cases import Case
from hitl.policy import Deadline, Policy
from hitl.review import submit
from hitl.routing import Prediction
from hitl.storage.database import Database
from hitl.storage.queries import CaseFilter, case_history, list_cases
from hitl.storage.tables import outcomes
from hitl.vocabulary import By, CaseState
from tests.conftest import Clock
from tests.examples import example_policy, post

OFTEN = timedelta(seconds=0.02)


def policy(**deadlines: Deadline | None) -> Policy:
    """The example policy, with a deadline for ``moderation`` and one for ``digits``."""
    found = example_policy().use_cases
    names = {"moderation": "content-moderation", "digits": "digits"}
    changed = {
        names[short]: found[names[short]].model_copy(update={"deadline": deadline})
        for short, deadline in deadlines.items()
    }
    return Policy(use_cases=found | changed)


AI_AFTER_AN_HOUR = policy(moderation=Deadline(due="1h", then="ai"))


async def waiting(database: Database, count: int = 1) -> None:
    use_case = example_policy().use_case("content-moderation")
    for number in range(count):
        submission = post(f"post-{number}")
        await database.write(partial(submit, submission=submission, use_case=use_case, draw=0.5))


async def stored(database: Database) -> list[Case]:
    return await database.read(lambda c: list_cases(c, CaseFilter(), limit=1_000))


async def open_count(database: Database) -> int:
    return sum(case.state is CaseState.OPEN for case in await stored(database))


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(10):
        while not await condition():  # noqa: ASYNC110 - a database tells no other way
            await asyncio.sleep(0.01)


async def test_what_was_due_while_nothing_ran_is_taken_at_the_start(
    database: Database, clock: Clock
) -> None:
    await waiting(database)
    clock.advance(days=3)
    async with keeping_deadlines(database, AI_AFTER_AN_HOUR):
        await until(lambda: _is_all_decided(database))
    [case] = await stored(database)
    assert case.outcome is not None
    assert case.outcome.by is By.DEADLINE


async def test_what_becomes_due_is_taken_soon(database: Database, clock: Clock) -> None:
    await waiting(database)
    async with keeping_deadlines(database, AI_AFTER_AN_HOUR, every=OFTEN):
        await asyncio.sleep(OFTEN.total_seconds() * 5)
        assert await open_count(database) == 1
        clock.advance(hours=1)
        await until(lambda: _is_all_decided(database))


async def test_more_cases_than_a_batch_are_all_decided(database: Database, clock: Clock) -> None:
    await waiting(database, 130)
    clock.advance(hours=1)
    await take_due_steps(database, AI_AFTER_AN_HOUR)
    assert await open_count(database) == 0


async def test_two_processes_at_once_take_each_step_once(
    database: Database, database_url: str, clock: Clock
) -> None:
    reminding = policy(moderation=Deadline(remind=("30m",)))
    await waiting(database, 20)
    clock.advance(hours=1)
    replica = Database(database_url, clock=clock)
    await asyncio.gather(*(take_due_steps(each, reminding) for each in (database, replica)))
    replica.close()
    for case in await stored(database):
        history = await database.read(partial(case_history, case_id=case.id))
        assert [event.type for event in history] == ["submitted", "reminded"]


async def test_a_case_whose_use_case_has_no_deadline_any_more_waits(
    database: Database, clock: Clock
) -> None:
    await waiting(database)
    clock.advance(days=400)
    await take_due_steps(database, policy(digits=Deadline(due="1h", then="ai")))
    assert await open_count(database) == 1


async def test_a_case_that_fails_leaves_the_others_their_turn(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    await waiting(database, 3)
    use_case = example_policy().use_case("digits")
    seven = post("scan", prediction=Prediction(scores={"7": 0.6}))
    await database.write(lambda tx: submit(tx, seven, use_case=use_case, draw=0.5))
    clock.advance(hours=1)
    await _spoil(database, 2)
    both = policy(moderation=Deadline(due="1h", then="ai"), digits=Deadline(due="1h", then="ai"))
    await take_due_steps(database, both)
    assert "The deadline of case 2 failed." in caplog.text
    assert [case.state for case in await stored(database)] == [
        CaseState.DECIDED,
        CaseState.OPEN,
        CaseState.DECIDED,
        CaseState.DECIDED,
    ]


async def _is_all_decided(database: Database) -> bool:
    return await open_count(database) == 0


async def _spoil(database: Database, case_id: int) -> None:
    """Leave a stray outcome, which the table lets nobody add a second to."""
    values = {
        "case_id": case_id,
        "revision": 1,
        "is_current": True,
        "overrules": False,
        "verdict": "approve",
        "label": "clean",
        "by": "ai",
        "flagged": False,
        "decided_at": database.now(),
    }
    await database.write(lambda tx: tx.connection.execute(outcomes.insert(), values))
