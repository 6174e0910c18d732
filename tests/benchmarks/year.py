"""A year of decisions, made up quickly, and how long reports over it take.

``python -m tests.benchmarks.year --cases 1000000 --use-cases 1 sqlite``. 8 % of the predictions
go to people, 2 % are checked blind; two model versions follow each other.
"""

import argparse
import asyncio
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from sqlalchemy import Connection, text

from bot.scheduler.rollups import roll_up
from hitl.policy import UseCase
from hitl.reports.health import facts_of
from hitl.reports.report import report
from hitl.reports.stats import stats
from hitl.storage.database import Database
from hitl.storage.engines import writing_engine
from hitl.storage.migrate import prepare_database
from hitl.storage.moments import to_microseconds
from hitl.storage.rollups import progress
from tests.examples import moderation
from tests.postgres import FAST, running_server

T = TypeVar("T")
_YEAR = timedelta(days=364)
END = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
_TIMES = 3

# Numbers that look drawn and are the same on both databases: u0 to u3 in [0, 1).
_NUMBERS = """
WITH RECURSIVE counted(n) AS (
  SELECT CAST({first} AS BIGINT) UNION ALL SELECT n + 1 FROM counted WHERE n < {last}
),
drawn AS (
  SELECT n, (n * 7919 % 100003) / 100003.0 AS u0, (n * 104729 % 1000003) / 1000003.0 AS u1,
         (n * 15485863 % 999983) / 999983.0 AS u2, (n * 32452843 % 100019) / 100019.0 AS u3
  FROM counted
),
told AS (
  SELECT n, u0, u1, u2, u3, {start} + n * {step} AS came,
         'use-case-' || (n % {use_cases}) AS use_case,
         CASE WHEN u0 < 0.08 THEN 'review' ELSE 'auto' END AS route_to,
         CASE WHEN u1 < 0.4 THEN 'violation' ELSE 'clean' END AS label,
         CASE WHEN n < {cases} / 2 THEN 'toxicity@3' ELSE 'toxicity@4' END AS model,
         CASE WHEN u0 < 0.08 THEN 20000000 + CAST(u2 * 600 AS BIGINT) * 1000000 ELSE 0 END AS took
  FROM drawn
)
"""
_FILL = (
    """
INSERT INTO cases (id, use_case, key, fingerprint, state, route_to, route_reason, routed_by, label,
  confidence, scores, margin, model, policy_version, draw, audit_rate, double_draw, reviews_needed,
  is_blind, awaits_check, submitted_at, decided_at, people_since, steps_taken_seconds, is_overdue,
  events)
{numbers}
SELECT n, use_case, 'item-' || n, '', 'decided', route_to, '', 'policy', label,
  CASE WHEN route_to = 'auto' THEN 0.9 + u3 / 10 ELSE 0.5 + u3 * 0.4 END, '{{}}', 0.5, model,
  'a1b2c3d4e5f6', u1, 0.02, 1.0, 1, {no}, {no}, came, came + took,
  CASE WHEN route_to = 'review' THEN came END, 0, {no}, 2
FROM told
""",
    """
INSERT INTO outcomes (case_id, revision, is_current, verdict, label, "by", flagged, overrules,
  decided_at)
{numbers}
SELECT n, 1, {yes}, CASE WHEN label = 'clean' THEN 'approve' ELSE 'reject' END,
  CASE WHEN route_to = 'review' AND u3 < 0.2 THEN 'clean' ELSE label END,
  CASE WHEN route_to = 'review' THEN 'reviewer' ELSE 'ai' END, {no}, {no}, came + took
FROM told
""",
    """
INSERT INTO reviews (case_id, reviewer, verdict, label, seconds, at, is_adjudication)
{numbers}
SELECT n, 'U0BENCH' || (n % 16), 'approve', label, 3 + u3 * u2 * 40, came + took, {no}
FROM told WHERE route_to = 'review'
""",
    """
INSERT INTO checks (case_id, use_case, kind, state, is_apart, reviewer, verdict, label, seconds,
  opened_at, answered_at, final_label, settled_by, settled_at)
{numbers}
SELECT n, use_case, 'audit', 'settled', {yes}, 'U0BENCH1', 'approve', label, 4, came, came + 1000,
  CASE WHEN u3 < 0.02 THEN 'other' ELSE label END, 'U0BENCH1', came + 2000
FROM told WHERE u1 < 0.02
""",
)
_AT_ONCE = 250_000


def _fill(connection: Connection, *, cases: int, use_cases: int) -> None:
    yes, no = ("1", "0") if connection.dialect.name == "sqlite" else ("TRUE", "FALSE")
    start, length = to_microseconds(END - _YEAR), int(_YEAR.total_seconds()) * 1_000_000
    for first in range(1, cases + 1, _AT_ONCE):
        numbers = _NUMBERS.format(
            first=first, last=min(first + _AT_ONCE - 1, cases), start=start,
            step=length // cases, use_cases=use_cases, cases=cases,
        )  # fmt: skip
        for statement in _FILL:
            connection.execute(text(statement.format(numbers=numbers, yes=yes, no=no)))


def make_year(url: str, *, cases: int) -> None:
    """Fill a new database at the address with that many cases."""
    prepare_database(url)
    engine = writing_engine(url)
    with engine.begin() as connection:
        _fill(connection, cases=cases, use_cases=1)
    engine.dispose()


def year_of_use_case() -> UseCase:
    """The one that all of ``make_year`` are of."""
    return _named("use-case-0")


def _named(name: str) -> UseCase:
    return moderation().model_copy(update={"name": name})


async def _measure(url: str, *, cases: int, use_cases: int) -> None:
    prepare_database(url)
    database = Database(url, clock=lambda: END)
    try:
        began = time.perf_counter()
        await database.write(lambda tx: _fill(tx.connection, cases=cases, use_cases=use_cases))
        if database.url.startswith("postgresql"):
            await database.write(lambda tx: tx.connection.execute(text("ANALYZE")) and None)
        print(  # noqa: T201 - its output
            f"{cases:,} cases made in {time.perf_counter() - began:.0f} s"
        )
        began = time.perf_counter()
        while (done := await database.read(progress)) is None or done.until < END - timedelta(
            hours=2
        ):
            await roll_up(database)
        print(  # noqa: T201 - its output
            f"counted by the hour in {time.perf_counter() - began:.0f} s"
        )
        for name, query in _queries().items():
            best = min([await _timed(database, query) for _ in range(_TIMES)])
            print(  # noqa: T201 - its output
                f"{name:40} {best:8.3f} s"
            )
    finally:
        database.close()


def _queries() -> dict[str, Callable[[Connection], object]]:
    use_case, now = _named("use-case-0"), END

    def whole(length: timedelta, *, weeks: int) -> Callable[[Connection], object]:
        return lambda c: report(c, use_case=use_case, since=now - length, until=now, weeks=weeks)

    return {
        "report, 7 days, 12 weeks": whole(timedelta(days=7), weeks=12),
        "report, 364 days, 52 weeks": whole(_YEAR, weeks=52),
        "stats, 364 days": lambda c: stats(c, use_case=use_case, since=now - _YEAR, until=now),
        "facts for findings": lambda c: facts_of(c, use_case=use_case, until=now),
    }


async def _timed(database: Database, query: Callable[[Connection], object]) -> float:
    began = time.perf_counter()
    await database.read(query)
    return time.perf_counter() - began


@contextmanager
def _database(kind: str) -> Iterator[str]:
    if kind == "sqlite":
        with TemporaryDirectory() as folder:
            yield f"sqlite:///{Path(folder) / 'year.db'}"
        return
    with running_server(FAST) as server:
        yield server.url(server.create())


def main() -> None:
    """Print a table."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("kind", choices=["sqlite", "postgresql"])
    asked.add_argument("--cases", type=int, default=1_000_000)
    asked.add_argument("--use-cases", type=int, default=1)
    given = asked.parse_args()
    with _database(given.kind) as url:
        asyncio.run(_measure(url, cases=given.cases, use_cases=given.use_cases))


if __name__ == "__main__":
    main()
