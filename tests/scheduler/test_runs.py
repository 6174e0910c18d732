"""Every moment of a timetable has its effect once: neither lost in a restart nor doubled."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest

from bot.scheduler.digests import digest_jobs
from bot.scheduler.runs import Job, run_due
from bot.scheduler.timetable import Timetable
from hitl.storage.database import Database, Transaction
from hitl.storage.outbox import Kind, put
from hitl.storage.tables import outbox
from tests.conftest import MONDAY, Clock
from tests.examples import example_policy

WEEK = timedelta(weeks=1)


def weekly(now: datetime) -> datetime:
    """Mondays at nine, by plain arithmetic."""
    return MONDAY + (now - MONDAY) // WEEK * WEEK


def note(tx: Transaction, fire_at: datetime) -> None:
    put(
        tx,
        kind=Kind.DIGEST,
        stream="diary",
        lane="slack/post:C1",
        use_case="spam",
        payload={"fire_at": fire_at.isoformat()},
    )


DIARY = Job(name="diary", latest_fire=weekly, effect=note)
"""Writes down for which moments it ran."""


async def diary(database: Database) -> list[datetime]:
    rows = await database.read(lambda c: c.execute(outbox.select().order_by(outbox.c.id)).all())
    return [datetime.fromisoformat(row.payload["fire_at"]) for row in rows]


async def look(database: Database) -> datetime | None:
    return await database.write(lambda tx: run_due(tx, DIARY))


@pytest.fixture
def replica(database_url: str, clock: Clock) -> Iterator[Database]:
    """A second process's way to the same database."""
    database = Database(database_url, clock=clock)
    yield database
    database.close()


async def test_a_new_job_starts_with_its_next_moment(database: Database, clock: Clock) -> None:
    assert await look(database) is None
    clock.advance(days=6, hours=23, minutes=59)
    assert await look(database) is None
    clock.advance(minutes=1)
    assert await look(database) == MONDAY + WEEK
    assert await diary(database) == [MONDAY + WEEK]


async def test_a_moment_passes_once(database: Database, clock: Clock) -> None:
    await look(database)
    for _ in range(3):
        clock.advance(days=7)
        await look(database)
        await look(database)
        clock.advance(minutes=5)
        await look(database)
        clock.advance(minutes=-5)
    assert await diary(database) == [MONDAY + weeks * WEEK for weeks in (1, 2, 3)]


@pytest.mark.parametrize("downtime", [{"seconds": 1}, {"hours": 5}, {"days": 6}, {"days": 20}])
async def test_a_downtime_is_caught_up_with_one_run(
    database: Database, clock: Clock, downtime: dict[str, float]
) -> None:
    await look(database)
    clock.advance(days=7)
    clock.advance(**downtime)
    assert await look(database) == weekly(clock.now)
    assert len(await diary(database)) == 1


async def test_a_clock_that_goes_back_repeats_nothing(database: Database, clock: Clock) -> None:
    await look(database)
    clock.advance(days=14)
    await look(database)
    clock.advance(days=-7)
    assert await look(database) is None
    assert await diary(database) == [MONDAY + 2 * WEEK]


async def test_a_failed_effect_leaves_the_moment_to_be_run(
    database: Database, clock: Clock
) -> None:
    def fail(tx: Transaction, fire_at: datetime) -> None:
        note(tx, fire_at)
        raise RuntimeError

    await look(database)
    clock.advance(days=7)
    broken = Job(name="diary", latest_fire=weekly, effect=fail)
    with pytest.raises(RuntimeError):
        await database.write(lambda tx: run_due(tx, broken))
    assert await diary(database) == []
    assert await look(database) == MONDAY + WEEK


async def test_two_processes_at_once_run_a_moment_once(
    database: Database, replica: Database, clock: Clock
) -> None:
    for _ in range(10):
        await asyncio.gather(*(look(each) for each in (database, replica, database, replica)))
        clock.advance(days=7)
    await look(database)
    assert await diary(database) == [MONDAY + weeks * WEEK for weeks in range(1, 11)]


async def test_a_timetable_runs_what_was_due_while_nothing_ran(
    database: Database, clock: Clock
) -> None:
    await look(database)
    clock.advance(days=8)
    timetable = Timetable(database, lambda: [DIARY])
    timetable.start()
    async with asyncio.timeout(5):
        while not await diary(database):  # noqa: ASYNC110 - a database tells no other way
            await asyncio.sleep(0.01)
    await timetable.stop()
    assert await diary(database) == [MONDAY + WEEK]


async def test_a_job_that_fails_leaves_the_others_their_turn(
    database: Database, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(_tx: Transaction, _fire_at: datetime) -> None:
        raise RuntimeError

    timetable = Timetable(database, lambda: [Job("broken", weekly, fail), DIARY])
    await timetable.tick()
    clock.advance(days=7)
    await timetable.tick()
    assert await diary(database) == [MONDAY + WEEK]
    assert "Job broken failed" in caplog.text


async def test_a_digest_covers_the_week_up_to_its_moment(database: Database, clock: Clock) -> None:
    [job] = [job for job in digest_jobs(example_policy()) if job.name == "digest:digits"]
    await database.write(lambda tx: run_due(tx, job))
    clock.advance(days=7, minutes=3)
    await database.write(lambda tx: run_due(tx, job))
    [row] = await database.read(lambda c: c.execute(outbox.select()).all())
    assert (row.kind, row.lane, row.use_case) == ("digest", "slack/post:#digits", "digits")
    assert row.payload == {
        "channel": "#digits",
        "zone": "UTC",
        "until": (MONDAY + WEEK).isoformat(),
        "since": MONDAY.isoformat(),
        "before": (MONDAY - WEEK).isoformat(),
    }


def test_only_use_cases_that_want_a_digest_get_one() -> None:
    policy = example_policy()
    silent = policy.use_case("digits").model_copy(update={"digest": None})
    policy = policy.model_copy(update={"use_cases": {**policy.use_cases, "digits": silent}})
    assert [job.name for job in digest_jobs(policy)] == ["digest:content-moderation"]
