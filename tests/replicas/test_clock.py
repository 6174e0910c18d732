"""Replicas go by the clock of their database, whatever their machines say."""

import asyncio
import sys
import threading
import time
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from hitl.storage import replicas
from hitl.storage.clocks import ServerClock
from hitl.storage.database import Database, StorageUnavailable
from hitl.storage.engines import signalling_engine
from tests.postgres import Server

SKEWED = """
import asyncio, datetime, sys, time_machine
from hitl.storage import replicas
from hitl.storage.clocks import ServerClock
from hitl.storage.database import Database, StorageUnavailable
from hitl.storage.engines import signalling_engine
from tests.postgres import Server

async def main(url, hours):
    with time_machine.travel(datetime.timedelta(hours=hours)):
        database = Database(url)
        moment = await database.write(lambda tx: tx.now)
        database.close()
        print(datetime.datetime.now(datetime.UTC).isoformat(), moment.isoformat())

asyncio.run(main(sys.argv[1], float(sys.argv[2])))
"""


async def told_by_a_process(url: str, *, hours_off: float) -> tuple[datetime, datetime]:
    """The moment by its machine's clock, and the one it gave to a verb."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", SKEWED, url, str(hours_off), stdout=asyncio.subprocess.PIPE
    )
    said, _ = await process.communicate()
    own, given = (datetime.fromisoformat(moment) for moment in said.decode().split())
    return own, given


async def test_processes_whose_clocks_differ_by_hours_agree(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    before = database.now()
    told = await asyncio.gather(
        *(told_by_a_process(postgresql_url, hours_off=hours) for hours in (-1, 0, 26))
    )
    after = database.now()
    database.close()
    assert all(before < given < after for _, given in told)
    earliest, *_, latest = sorted(own for own, _ in told)
    assert latest - earliest > timedelta(hours=26)


async def test_the_clock_is_the_server_s_to_the_millisecond(postgresql_url: str) -> None:
    database = Database(postgresql_url)
    asked = text("SELECT clock_timestamp()")
    before = database.now()
    server: datetime = await database.read(lambda c: c.execute(asked).scalar_one())
    after = database.now()
    database.close()
    slack = timedelta(milliseconds=5)
    assert before - slack <= server.astimezone(UTC) <= after + slack


def test_a_clock_that_fell_behind_is_right_once_set(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = signalling_engine(postgresql_url)
    with engine.connect() as connection:
        clock = ServerClock(connection)
        right = clock()
        slept = time.monotonic() - 100  # as on a machine that was suspended
        monkeypatch.setattr(time, "monotonic", lambda: slept)
        assert clock() < right
        clock.ask(connection)
        assert clock() >= right


async def test_the_clock_is_set_as_long_as_the_service_runs(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = threading.Semaphore(0)
    monkeypatch.setattr(replicas, "_SET_CLOCK_SECONDS", 0.01)
    monkeypatch.setattr(ServerClock, "ask", lambda *_: asked.release())
    database = Database(postgresql_url)
    for _ in range(3):
        assert await asyncio.to_thread(asked.acquire, timeout=5)
    database.close()


def test_a_server_that_can_not_be_asked_for_the_time_is_said_to_be_unavailable(
    postgresql: Server,
) -> None:
    with pytest.raises(StorageUnavailable, match="does not exist"):
        Database(postgresql.url("nowhere"))
