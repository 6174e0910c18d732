"""How what is done all the time grows with how much waits and how much was decided before.

Each size is a new database with so many open cases and ten times as many decided ones, one case
like the other as the verbs leave them; what is timed are the verbs and queries themselves, by this
process, without HTTP and Slack. What is flat costs the same in a year; what grows is seen to.
"""

import asyncio
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import create_engine, text

from bot.delivery.pacing import unpaced
from bot.scheduler.deadlines import take_due_steps
from bot.scheduler.flags import recheck_flags
from bot.scheduler.known import serve_due
from bot.scheduler.models import look_for_models
from bot.scheduler.queues import tend_queue_cards
from bot.scheduler.retention import erase_old
from bot.scheduler.rollups import roll_up
from bot.scheduler.strategies import pass_on
from hitl.policy import Deadline, Policy, UseCase
from hitl.reports.precedents import Precedents
from hitl.reports.report import report
from hitl.reports.stats import queue
from hitl.review import claim_next, submit, vote
from hitl.review.queueing import goes_into_queue, put_into_queue
from hitl.storage.database import Database
from hitl.storage.engines import database_url
from hitl.storage.outbox import Kind, Parcel, Sending, posts_lane
from hitl.storage.queries import CaseFilter, case_by_id, list_cases
from hitl.storage.queue_cards import IN_THE_QUEUE
from hitl.storage.taking import take
from hitl.vocabulary import CaseState, Verdict
from tests.benchmarks.year import END, make_year, year_of_use_case
from tests.examples import post
from tests.postgres import Server

DECIDED_FOR_EACH_OPEN = 10
_TIMES = 20
_WEEK = timedelta(days=7)
_LONG = timedelta(hours=1)
# What a year of making up leaves to be said: whoever waits was reminded once, and left to the
# queue card instead of a card of their own.
_NOT_DECIDED = ("outcomes", "reviews", "checks", "flags")
# Whoever waits was reminded once, and left to the queue card instead of a card of their own.
_LEFT_WAITING = (
    *(f"DELETE FROM {table} WHERE case_id > :decided" for table in _NOT_DECIDED),  # noqa: S608
    "DELETE FROM audit_events WHERE case_id > :decided AND position > 1",
    """
UPDATE cases SET state = 'open', route_to = 'review', decided_at = NULL,
  people_since = submitted_at, margin = id % 9973 / 9973.0, steps_taken_seconds = 3600, events = 1
WHERE id > :decided
""",
    f"""
INSERT INTO outbox (stream, lane, kind, case_id, use_case, payload, state, attempts, due_at,
  created_at, finished_at, last_error)
SELECT 'case:' || CAST(id AS TEXT), '{posts_lane("#moderation")}', '{Kind.CARD_POST}', id, use_case,
  '{{}}', '{Sending.SKIPPED}', 1, submitted_at, submitted_at, submitted_at, '{IN_THE_QUEUE}'
FROM cases WHERE id > :decided
""",  # noqa: S608 - made of constants
    """
INSERT INTO case_contents (case_id, title, text, salt)
SELECT id, 'Reply in r/cooking',
  'You call that a risotto? Number ' || CAST(id % 9973 AS TEXT) || ' of ' || CAST(id % 97 AS TEXT),
  'salt'
FROM cases
WHERE people_since IS NOT NULL
  AND NOT EXISTS (SELECT 1 FROM case_contents WHERE case_contents.case_id = cases.id)
""",
)
# By itself in time; SQLite's is never analysed.
_AS_POSTGRESQL_DOES = (
    "SELECT setval(pg_get_serial_sequence('cases', 'id'), max(id)) FROM cases",
    "ANALYZE",
)


@dataclass(frozen=True, slots=True)
class Grown:
    """What one go of something took at a size."""

    what: str
    on: str
    open: int
    decided: int
    median_ms: float
    """By the clock."""
    processor_ms: float
    """On average, of this process alone: comparable on a machine that does other things, too."""


def measure_growth(
    folder: Path, server: Server | None, console: Console, *, sizes: Iterable[int]
) -> list[Grown]:
    """Each size in a database of its own, the smallest first."""
    found: list[Grown] = []
    for size in sorted(sizes):
        on = "sqlite" if server is None else "postgresql"
        decided = size * DECIDED_FOR_EACH_OPEN
        console.print(f"Making {size:,} open and {decided:,} decided cases on {on} …")
        name = None if server is None else server.create()
        file = folder / f"growth-{size}.db"
        url = f"sqlite:///{file}" if server is None or name is None else server.url(name)
        _fill(url, waiting=size, decided=decided)
        took = asyncio.run(_measured(url))
        found += (
            Grown(what, on, size, decided, median(clock) * 1_000, sum(spent) / len(spent) * 1_000)
            for what, clock, spent in took
        )
        if server is not None and name is not None:
            server.drop(name)
        for made in folder.glob(f"{file.name}*"):
            made.unlink()
    return found


def _fill(url: str, *, waiting: int, decided: int) -> None:
    make_year(url, cases=waiting + decided)
    engine = create_engine(database_url(url))
    with engine.begin() as connection:
        for statement in _LEFT_WAITING:
            asked = text(statement)
            given = {"decided": decided} if "decided" in asked.compile().params else {}
            connection.execute(asked, given)
        if connection.dialect.name == "postgresql":
            for statement in _AS_POSTGRESQL_DOES:
                connection.execute(text(statement))
    engine.dispose()


def _use_case() -> UseCase:
    # Nothing falls due while it is measured: what is looked at is that nothing is found.
    deadline = Deadline(remind=("1h",), due="500d", then="wait")
    return year_of_use_case().model_copy(update={"deadline": deadline, "retention": "500d"})


Took = tuple[str, list[float], list[float]]


async def _measured(url: str) -> list[Took]:
    database = Database(url, clock=lambda: END)
    try:
        await roll_up(database)
        return [took async for took in _Goes(database, _use_case()).all()]
    finally:
        database.close()


class _Goes:
    """Everything that is timed, in an order in which each finds what it needs."""

    def __init__(self, database: Database, use_case: UseCase) -> None:
        self._database = database
        self._use_case = use_case
        self._policy = Policy(use_cases={use_case.name: use_case})
        self._numbers = count()
        self._open: deque[int] = deque()
        """Cases that were submitted here and wait."""
        self._taken: deque[Parcel] = deque()

    async def all(self) -> AsyncIterator[Took]:
        """Name, seconds by the clock and seconds of processor time of every go."""
        yield await self._timed("intake: a case is submitted", self._submit)
        yield await self._timed("delivery: take one, and when is the next one due", self._take)
        yield await self._timed("delivery: does its card go into the queue", self._is_queued)
        yield await self._timed("delivery: left to the queue card", self._leave_to_queue)
        yield await self._timed("click: a vote decides", self._click)
        yield await self._timed("review mode: the next case", self._next_case)
        yield await self._timed("the case by its number", self._read)
        yield await self._timed("GET /v1/cases: a page of open ones", self._page)
        yield await self._timed("/hitl queue, queue card: what waits", self._queue)
        yield await self._timed("stats, a week of twelve", self._stats)
        await self._submit()
        precedents = Precedents(self._database)
        look_up = partial(self._precedents, precedents)
        yield await self._timed("similar cases: the first look, which fills", look_up, times=1)
        yield await self._timed("similar cases: a look-up", look_up)
        precedents.close()
        for name, look in self._sweeps():
            yield await self._timed(f"look: {name}", look)

    def _sweeps(self) -> Iterable[tuple[str, Callable[[], Awaitable[None]]]]:
        for name, sweep in (
            ("deadlines", take_due_steps),
            ("strategies", pass_on),
            ("flags", recheck_flags),
            ("known answers", serve_due),
            ("queue cards", tend_queue_cards),
            ("retention", erase_old),
            ("models, each minute", look_for_models),
        ):
            yield name, partial(sweep, self._database, self._policy)
        yield "counts by the hour, each minute", partial(roll_up, self._database)

    async def _timed(
        self, what: str, go: Callable[[], Awaitable[Any]], *, times: int = _TIMES
    ) -> Took:
        clock, spent = [], []
        if times > 1:
            await go()
        for _ in range(times):
            began, before = time.perf_counter(), time.process_time()
            await go()
            clock.append(time.perf_counter() - began)
            spent.append(time.process_time() - before)
        return what, clock, spent

    async def _submit(self) -> None:
        submission = post(f"grown-{next(self._numbers)}")
        case, _ = await self._database.write(
            lambda tx: submit(tx, submission, use_case=self._use_case, draw=0.5)
        )
        self._open.append(case.id)

    async def _take(self) -> None:
        lease = f"lease-{next(self._numbers)}"
        taking = partial(take, lease=lease, lease_for=_LONG, rates=unpaced, most=1)
        self._taken += (await self._database.write(taking)).parcels

    async def _is_queued(self) -> None:
        use_case = self._use_case
        is_queued = partial(goes_into_queue, use_case=use_case, channel=use_case.channel)
        assert await self._database.read(is_queued)

    async def _leave_to_queue(self) -> None:
        parcel, use_case = self._taken.popleft(), self._use_case
        left = partial(put_into_queue, parcel=parcel, use_case=use_case, channel=use_case.channel)
        assert await self._database.write(left)

    async def _click(self) -> None:
        case_id = self._open.popleft()
        await self._database.write(
            partial(
                vote,
                case_id=case_id,
                verdict=Verdict.APPROVE,
                reviewer="U0GROWN",
                use_case=self._use_case,
            )
        )

    async def _next_case(self) -> None:
        reviewer = f"U0GROWN{next(self._numbers)}"
        served = partial(claim_next, use_case=self._use_case, reviewer=reviewer)
        assert await self._database.write(served)

    async def _read(self) -> None:
        await self._database.read(partial(case_by_id, case_id=1_000))

    async def _page(self) -> None:
        names = frozenset({self._use_case.name})
        wanted = CaseFilter(use_cases=names, state=CaseState.OPEN)
        assert await self._database.read(partial(list_cases, wanted=wanted, limit=50))

    async def _queue(self) -> None:
        await self._database.read(partial(queue, use_case=self._use_case.name))

    async def _stats(self) -> None:
        since, until = END - _WEEK, END
        await self._database.read(
            partial(report, use_case=self._use_case, since=since, until=until, weeks=12)
        )

    async def _precedents(self, precedents: Precedents) -> None:
        case = await self._database.read(partial(case_by_id, case_id=self._open[-1]))
        assert await precedents.of(case, within=_LONG)


def show_growth(found: list[Grown], console: Console) -> None:
    """A row for each thing, a column for each database and size."""
    columns = list(dict.fromkeys((grown.on, grown.open, grown.decided) for grown in found))
    table = Table("milliseconds, median")
    for on, waiting, decided in columns:
        table.add_column(f"{on}\n{waiting:,} open\n{decided:,} decided", justify="right")
    for what in dict.fromkeys(grown.what for grown in found):
        of = {(g.on, g.open, g.decided): g.median_ms for g in found if g.what == what}
        table.add_row(what, *(f"{of[column]:,.2f}" for column in columns))
    console.print(table)
