"""How what is done all the time grows with how much waits and how much was decided before.

Each size is a new database with so many open cases and ten times as many decided ones, one case
like the other as the verbs leave them; what is timed are the verbs and queries themselves, without
HTTP and Slack: by the clock, and in processor time of this process and the PostgreSQL server. What
is flat costs the same in a year; what grows is seen to.
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
from hitl.reports.ages import queue_ages
from hitl.reports.mine import my_work
from hitl.reports.precedents import Precedents
from hitl.reports.report import report
from hitl.reports.sittings import sitting_figures
from hitl.reports.stats import queue
from hitl.review import claim_next, submit, vote
from hitl.review.claim import wanted_by
from hitl.review.queueing import goes_into_queue, put_into_queue
from hitl.storage.claims import Wanted
from hitl.storage.database import Database
from hitl.storage.dead_letters import backlog
from hitl.storage.outbox import Parcel
from hitl.storage.queries import CaseFilter, case_by_id, list_cases
from hitl.storage.taking import take
from hitl.vocabulary import CaseState, Verdict
from tests.benchmarks.grown import fill
from tests.benchmarks.meter import Meter, meter_of
from tests.benchmarks.year import END, clean_up, year_of_use_case
from tests.examples import post
from tests.postgres import Server

DECIDED_FOR_EACH_OPEN = 10
_TIMES = 100
"""Or as many as fit into ``_AT_MOST_SECONDS``: a server's processor time comes in hundredths."""
_AT_LEAST, _AT_MOST_SECONDS = 5, 10.0
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_LONG = timedelta(hours=1)
_REVIEWER = "U0GROWN"


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
    """On average, the server's included: comparable on a machine that does other things, too."""


def measure_growth(
    folder: Path, server: Server | None, console: Console, *, sizes: Iterable[int]
) -> list[Grown]:
    """Each size in a database of its own, the smallest first."""
    meter, found = meter_of(server), list[Grown]()
    for size in sorted(sizes):
        decided = size * DECIDED_FOR_EACH_OPEN
        console.print(f"Making {size:,} open and {decided:,} decided cases on {meter.on} …")
        name = None if server is None else server.create()
        file = folder / f"growth-{size}.db"
        url = f"sqlite:///{file}" if server is None or name is None else server.url(name)
        fill(url, waiting=size, decided=decided)
        for what, clock, spent in asyncio.run(_measured(url, meter, console)):
            ms = median(clock) * 1_000, spent * 1_000
            found.append(Grown(what, meter.on, size, decided, *ms))
        if server is not None and name is not None:
            server.drop(name)
        for made in folder.glob(f"{file.name}*"):
            made.unlink()
    return found


def _use_case() -> UseCase:
    # Nothing falls due while it is measured: what is looked at is that nothing is found.
    deadline = Deadline(remind=("1h",), due="500d", then="wait")
    return year_of_use_case().model_copy(update={"deadline": deadline, "retention": "500d"})


Took = tuple[str, list[float], float]
"""What it is, seconds of each go by the clock, and of processor time on average."""


async def _measured(url: str, meter: Meter, console: Console) -> list[Took]:
    database = Database(url, clock=lambda: END)
    try:
        await roll_up(database)
        if meter.server is not None:
            clean_up(url)
        found = []
        async for took in _Goes(database, _use_case(), meter).all():
            found.append(took)
            console.print(f"  {took[0]}: {took[2] * 1_000:,.2f} ms")
        return found
    finally:
        database.close()


class _Goes:
    """Everything that is timed, in an order in which each finds what it needs."""

    def __init__(self, database: Database, use_case: UseCase, meter: Meter) -> None:
        self._database = database
        self._meter = meter
        self._use_case = use_case
        hurried = {"deadline": Deadline(due="1s", then="wait")}
        self._hurried = use_case.model_copy(update=hurried)
        self._policy = Policy(use_cases={use_case.name: use_case})
        self._numbers = count()
        self._open: deque[int] = deque()
        """Cases that were submitted here and wait."""
        self._taken = deque[Parcel]()

    async def all(self) -> AsyncIterator[Took]:
        yield await self._timed("intake: a case is submitted", self._submit)
        yield await self._timed("delivery: take one, and when is the next one due", self._take)
        yield await self._timed("delivery: does its card go into the queue", self._is_queued)
        yield await self._timed("delivery: left to the queue card", self._leave_to_queue)
        yield await self._timed("click: a vote decides", self._click)
        yield await self._timed("review mode: the next case", self._next_case)
        yield await self._timed("the case by its number", self._read)
        yield await self._timed("GET /v1/cases: a page of open ones", self._page)
        yield await self._timed("review mode: the next case, when all are urgent", self._urgent)
        yield await self._timed("review mode: what is done and left", self._sitting)
        yield await self._timed("/hitl queue, queue card: what waits", self._queue)
        yield await self._timed("Home tab: what waits for its reader", self._mine)
        yield await self._timed("/metrics: what waits to be sent", self._backlog)
        yield await self._timed("dashboard: for how long what waits has", self._ages)
        counts = partial(roll_up, self._database)
        yield await self._timed("counts by the hour, after all of these at once", counts, times=1)
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
        clock = list[float]()
        if times > 1:
            await go()

        async def all_goes() -> None:
            while len(clock) < times and (len(clock) < _AT_LEAST or sum(clock) < _AT_MOST_SECONDS):
                began = time.perf_counter()
                await go()
                clock.append(time.perf_counter() - began)

        spent = await self._meter.spent(what, all_goes)
        return what, clock, spent.seconds / len(clock)

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
                reviewer=_REVIEWER,
                use_case=self._use_case,
            )
        )

    async def _next_case(self) -> None:
        await self._next_of(self._use_case)

    async def _urgent(self) -> None:
        await self._next_of(self._hurried)

    async def _next_of(self, use_case: UseCase) -> None:
        reviewer = f"U0GROWN{next(self._numbers)}"
        served = partial(claim_next, use_case=use_case, reviewer=reviewer)
        assert await self._database.write(served)

    async def _read(self) -> None:
        await self._database.read(partial(case_by_id, case_id=1_000))

    async def _page(self) -> None:
        names = frozenset({self._use_case.name})
        wanted = CaseFilter(use_cases=names, state=CaseState.OPEN)
        assert await self._database.read(partial(list_cases, wanted=wanted, limit=50))

    async def _queue(self) -> None:
        await self._database.read(partial(queue, use_case=self._use_case.name))

    async def _sitting(self) -> None:
        await self._database.read(partial(sitting_figures, wanted=self._wanted(), since=END))

    async def _mine(self) -> None:
        wanted = [self._wanted()]
        mine = partial(my_work, since=END - _DAY, wanted=wanted, adjudicates=[self._use_case.name])
        await self._database.read(partial(mine, person=wanted[0].reviewer))

    def _wanted(self) -> Wanted:
        return wanted_by(_REVIEWER, use_case=self._use_case, now=END)

    async def _backlog(self) -> None:
        await self._database.read(backlog)

    async def _ages(self) -> None:
        await self._database.read(partial(queue_ages, use_case=self._use_case.name, now=END))

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
    table = Table("milliseconds of processor time")
    for on, waiting, decided in columns:
        table.add_column(f"{on}\n{waiting:,} open\n{decided:,} decided", justify="right")
    for what in dict.fromkeys(grown.what for grown in found):
        of = {(g.on, g.open, g.decided): g.processor_ms for g in found if g.what == what}
        table.add_row(what, *(f"{of[column]:,.2f}" for column in columns))
    console.print(table)
