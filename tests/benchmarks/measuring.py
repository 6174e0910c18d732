"""Doing a thing again and again, with so many at once, and what that took."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

Work = Callable[[int], Awaitable[float | None]]
"""One go, given a number of its own; the seconds to count, or None for those of the whole go."""


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of one run; milliseconds are of single goes."""

    what: str
    on: str
    at_once: int
    goes: int
    seconds: float
    median_ms: float
    p99_ms: float

    @property
    def a_second(self) -> float:
        """Goes a second, of all clients together."""
        return self.goes / self.seconds


@dataclass(frozen=True, slots=True)
class Figure:
    """One number that is no rate."""

    what: str
    on: str
    value: float
    unit: str


async def measure(
    work: Work, *, what: str, on: str, at_once: int, seconds: float, warm_up: float = 0.5
) -> Measured:
    """Run ``work`` by ``at_once`` clients for so many seconds, after ``warm_up`` uncounted ones."""
    clock = time.perf_counter
    begun = clock() + warm_up
    until = begun + seconds
    took: list[float] = []
    numbers = iter(range(10**9))

    async def client() -> None:
        while (start := clock()) < until:
            counted = await work(next(numbers))
            end = clock()
            if begun <= start and end <= until:
                took.append(end - start if counted is None else counted)

    async with asyncio.TaskGroup() as group:
        for _ in range(at_once):
            group.create_task(client())
    return measured(took, what=what, on=on, at_once=at_once, seconds=seconds)


def measured(
    took: list[float], *, what: str, on: str, at_once: int, seconds: float | None = None
) -> Measured:
    """Summarise goes that took these seconds; without ``seconds``, one after the other."""
    ordered = sorted(took)
    return Measured(
        what=what,
        on=on,
        at_once=at_once,
        goes=len(ordered),
        seconds=sum(ordered) if seconds is None else seconds,
        median_ms=_rank(ordered, 0.5) * 1_000,
        p99_ms=_rank(ordered, 0.99) * 1_000,
    )


def middle(runs: list[Measured]) -> Measured:
    """Of runs of the same thing the one with the median rate."""
    return sorted(runs, key=lambda run: run.a_second)[len(runs) // 2]


def _rank(ordered: list[float], share: float) -> float:
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)] if ordered else float("nan")
