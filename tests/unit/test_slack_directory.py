"""Slack is asked about people once a minute, by everyone together, and failures are not kept."""

import asyncio
from datetime import timedelta

import pytest

from bot.slack.remembered import Remembered


class Source:
    """Counts the questions; answers when told to."""

    def __init__(self) -> None:
        self.asked = 0
        self.fails = False
        self.answering = asyncio.Event()
        self.answering.set()

    async def ask(self) -> int:
        self.asked += 1
        number = self.asked
        await self.answering.wait()
        if self.fails:
            raise ConnectionError
        return number


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def remembered(watch: Watch) -> Remembered:
    return Remembered(keep=timedelta(seconds=60), monotonic=watch)


async def test_an_answer_is_kept_for_a_minute(remembered: Remembered, watch: Watch) -> None:
    source = Source()
    answers = []
    for watch.seconds in (0, 59.9, 60, 119.9, 120):
        answers.append(await remembered.get("key", source.ask))
    assert answers == [1, 1, 2, 2, 3]


async def test_callers_at_the_same_time_share_one_question(remembered: Remembered) -> None:
    source = Source()
    source.answering.clear()
    callers = [asyncio.create_task(remembered.get("key", source.ask)) for _ in range(5)]
    await asyncio.sleep(0)
    source.answering.set()
    assert await asyncio.gather(*callers) == [1] * 5


async def test_a_failure_is_told_to_all_and_not_kept(remembered: Remembered) -> None:
    source = Source()
    source.fails = True
    with pytest.raises(ConnectionError):
        await remembered.get("key", source.ask)
    source.fails = False
    assert await remembered.get("key", source.ask) == 2


async def test_one_caller_who_gives_up_takes_nothing_from_the_others(
    remembered: Remembered,
) -> None:
    source = Source()
    source.answering.clear()
    patient = asyncio.create_task(remembered.get("key", source.ask))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await remembered.get("key", source.ask)
    source.answering.set()
    assert await patient == 1


async def test_keys_are_apart(remembered: Remembered) -> None:
    source = Source()
    assert await remembered.get("a", source.ask) != await remembered.get("b", source.ask)
