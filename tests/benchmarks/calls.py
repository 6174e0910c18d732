"""Each road by itself and the whole round trip, on one bench."""

import asyncio
import time
import timeit
from collections.abc import AsyncIterator, Callable
from itertools import count

from bot.sandbox.seen import SeenView
from hitl.policy import parse_policy
from hitl.routing import Prediction, route
from tests.benchmarks.bench import POLICY, REVIEWERS, Bench
from tests.benchmarks.measuring import Measured, measure, measured

BATCH = 1_000
_keys = count()


def key() -> str:
    """One that no case has."""
    return f"item-{next(_keys)}"


async def round_trip(bench: Bench, *, at_once: int, seconds: float) -> Measured:
    """Submitted, stored, posted, clicked, decided, read."""

    async def go(number: int) -> None:
        case_id = await bench.submit(key())
        reading = asyncio.create_task(bench.outcome(case_id))
        card = await bench.card(case_id)
        await bench.click(card, by=REVIEWERS[number % len(REVIEWERS)])
        await reading

    return await measure(
        go, what="full round trip", on=bench.engine, at_once=at_once, seconds=seconds
    )


async def intake(bench: Bench, *, at_once: int, seconds: float) -> Measured:
    """Predictions that stand, one a request."""

    async def go(_number: int) -> None:
        await bench.submit(key(), violation=0.95)

    return await measure(
        go, what="intake, one a request", on=bench.engine, at_once=at_once, seconds=seconds
    )


async def batches(bench: Bench, *, times: int) -> Measured:
    """A thousand predictions a request; a go is one prediction."""
    took = []
    for _ in range(times):
        start = time.perf_counter()
        await bench.submit_batch([key() for _ in range(BATCH)], violation=0.95)
        took += [(time.perf_counter() - start) / BATCH] * BATCH
    return measured(took, what="intake, 1,000 a request", on=bench.engine, at_once=1)


async def clicks(bench: Bench, *, times: int) -> Measured:
    """From a signed click to its acknowledgement."""
    took = []
    async for case_id in _waiting(bench, times):
        card = await bench.card(case_id)
        start = time.perf_counter()
        await bench.click(card, by=REVIEWERS[0])
        took.append(time.perf_counter() - start)
    return measured(took, what="click to acknowledgement", on=bench.engine, at_once=1)


async def wake_ups(bench: Bench, *, times: int) -> Measured:
    """From a vote's answer to that of a caller who waits for the case."""
    took = []
    async for case_id in _waiting(bench, times):
        waiting = asyncio.create_task(bench.outcome(case_id))
        await asyncio.sleep(0.02)
        await bench.vote(case_id, by=REVIEWERS[0])
        start = time.perf_counter()
        await waiting
        took.append(time.perf_counter() - start)
    return measured(took, what="a waiting caller's wake-up", on=bench.engine, at_once=1)


async def next_cases(bench: Bench, *, times: int) -> Measured:
    """In review mode: from a click to the next case in the modal."""
    for case_id in [await bench.submit(key()) for _ in range(times + 2)]:
        await bench.card(case_id)  # what is measured is not a flood of new cases
    took = []
    async with bench.workspace.person(REVIEWERS[1]) as person:
        await person.command("/hitl review", channel=bench.channel_id)
        view = await person.wait_for_view(lambda seen: bool(seen.buttons), timeout=20)
        for _ in range(times):
            before = view.raw["hash"]
            start = time.perf_counter()
            shown = bench.next_view(view.id)
            await person.click(view, "decide.approve")
            took.append(await shown - start)
            view = await person.wait_for_view(_other_than(before))
    return measured(took, what="click to next case, review mode", on=bench.engine, at_once=1)


def routing(*, times: int = 100_000) -> Measured:
    """``hitl.routing.route`` in the caller's own process."""
    use_case = parse_policy(POLICY, file="policy.toml").use_case("content-moderation")
    prediction = Prediction(scores={"violation": 0.7, "clean": 0.3}, model="toxicity@3")
    seconds = min(
        timeit.repeat(
            lambda: route(prediction, use_case=use_case, draw=0.5), number=times, repeat=3
        )
    )
    return measured([seconds / times] * times, what="route()", on="-", at_once=1)


def _other_than(before: str) -> Callable[[SeenView], bool]:
    return lambda seen: bool(seen.raw["hash"] != before)


async def _waiting(bench: Bench, times: int) -> AsyncIterator[int]:
    for _ in range(times):
        yield await bench.submit(key())
