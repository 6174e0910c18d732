"""Any number of deliverers empty one outbox: each row once, in order, whatever happens to them."""

import asyncio
import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.slack import send_to_slack
from bot.delivery.troubles import Treatment, Trouble
from bot.sandbox.workspace import Workspace
from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.outbox import Kind, Parcel, posts_lane, put
from tests.delivery.running import (
    RunningClock,
    delivered,
    delivering,
    in_order,
    rows,
    taken_by_one_who_dies,
    troubled,
    unsure_case,
)

POST = "chat.postMessage"


@pytest.fixture(params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def second_desk(desk: Desk, clock: RunningClock) -> Iterator[Desk]:
    """Another process's way to the same database."""
    database = Database(desk.database.url, clock=clock)
    yield replace(desk, database=database)
    database.close()


async def put_letters(database: Database, number: int) -> None:
    """Rows of one channel, each in a stream of its own."""

    def put_all(tx: Transaction) -> None:
        for each in range(number):
            lane = posts_lane("#moderation")
            put(tx, kind=Kind.DIGEST, stream=f"letter:{each}", lane=lane, use_case="spam")

    await database.write(put_all)


def cases_posted(workspace: Workspace) -> list[int]:
    """The cases whose cards stand in the channel, in its order."""
    found = (card.metadata for card in workspace.messages("#moderation"))
    return [int(metadata["event_payload"]["case"]) for metadata in found if metadata]


class Mailbox:
    """Takes parcels instead of Slack and remembers which, in order."""

    def __init__(self) -> None:
        self.received: list[int] = []
        self.slowness = 0.0
        self.troubles: dict[int, list[Exception]] = {}

    async def take(self, parcel: Parcel) -> Sent | Skipped:
        await asyncio.sleep(self.slowness)
        if waiting := self.troubles.get(parcel.id):
            raise waiting.pop(0)
        self.received.append(parcel.id)
        return Sent()


async def test_two_deliverers_send_each_case_once(
    desk: Desk, second_desk: Desk, workspace: Workspace
) -> None:
    cases = [await unsure_case(desk, f"post-{number}") for number in range(30)]
    async with delivering(desk), delivering(second_desk):
        assert await delivered(desk.database) == ["sent"] * 30
    assert sorted(cases_posted(workspace)) == [case.id for case in cases]


async def test_a_channel_keeps_the_order_of_its_cases_with_two_deliverers_in_a_storm(
    desk: Desk, second_desk: Desk, workspace: Workspace
) -> None:
    chance = random.Random(41)
    for _ in range(6):
        workspace.order_fault(POST, "delay", seconds=chance.random() / 20)
        workspace.order_fault(POST, "error", error="service_unavailable")
        workspace.order_fault(POST, "ratelimited", retry_after=0)
    cases = [await unsure_case(desk, f"post-{number}") for number in range(20)]
    async with delivering(desk, rates=in_order), delivering(second_desk, rates=in_order):
        assert await delivered(desk.database) == ["sent"] * 20
    assert cases_posted(workspace) == [case.id for case in cases]


async def test_a_dead_deliverer_s_rows_are_sent_after_their_lease(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await unsure_case(desk)
    await unsure_case(desk, "post-2")
    [first, _] = await taken_by_one_who_dies(desk.database)
    await send_to_slack(desk, first)
    async with delivering(desk):
        await asyncio.sleep(0.2)
        assert {row.state for row in await rows(desk.database)} == {"waiting"}
        clock.advance(seconds=31)
        assert await delivered(desk.database) == ["sent", "sent"]
    assert len(workspace.messages("#moderation")) == 2


async def test_one_that_has_to_wait_takes_those_behind_it_with_it(desk: Desk) -> None:
    mailbox = Mailbox()
    mailbox.troubles = {1: [Trouble(Treatment.RETRY, "not reached")] * 3}
    await put_letters(desk.database, 4)
    async with delivering(desk, send=mailbox.take, rates=in_order):
        await delivered(desk.database)
    assert mailbox.received == [1, 2, 3, 4]
    assert [row.attempts for row in await rows(desk.database)] == [4, 1, 1, 1]


async def test_our_own_mistake_in_one_message_stops_no_other(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox = Mailbox()
    mailbox.troubles = {1: [KeyError("oops")]}
    await put_letters(desk.database, 2)
    async with delivering(desk, send=mailbox.take, rates=in_order):
        assert await delivered(desk.database) == ["dead", "sent"]
    assert (await rows(desk.database))[0].last_error == "our mistake: KeyError"
    assert "Parcel 1 can't be sent" in caplog.text


async def test_a_database_that_is_away_costs_no_message(desk: Desk, clock: RunningClock) -> None:
    mailbox = Mailbox()
    mailbox.troubles = {1: [StorageUnavailable("away")]}
    await put_letters(desk.database, 1)
    async with delivering(desk, send=mailbox.take):
        await asyncio.sleep(0.1)
        clock.advance(seconds=31)
        assert await delivered(desk.database) == ["sent"]


async def test_a_sending_ends_with_its_lease(desk: Desk) -> None:
    mailbox = Mailbox()
    mailbox.slowness = 60.0
    await put_letters(desk.database, 1)
    async with delivering(desk, send=mailbox.take, lease_for=timedelta(seconds=0.2)):
        await troubled(desk.database, "not done within its lease")
        mailbox.slowness = 0.0


async def test_nothing_is_begun_with_little_of_a_lease_left(desk: Desk) -> None:
    mailbox = Mailbox()
    mailbox.slowness = 0.4
    await put_letters(desk.database, 6)
    lease = timedelta(seconds=1.6)
    async with delivering(desk, send=mailbox.take, rates=in_order, lease_for=lease):
        await delivered(desk.database)
    assert mailbox.received == [1, 2, 3, 4, 5, 6]
    assert {row.attempts for row in await rows(desk.database)} == {1}


async def test_stopping_finishes_what_is_in_flight_and_takes_nothing_more(desk: Desk) -> None:
    mailbox = Mailbox()
    mailbox.slowness = 0.2
    await put_letters(desk.database, 3)
    async with delivering(desk, send=mailbox.take, most_at_once=1):
        await asyncio.sleep(0.1)
    assert mailbox.received == [1]
    assert [row.state for row in await rows(desk.database)] == ["sent", "waiting", "waiting"]


async def test_a_sending_that_takes_too_long_to_finish_is_left_to_its_lease(desk: Desk) -> None:
    mailbox = Mailbox()
    mailbox.slowness = 60.0
    await put_letters(desk.database, 1)
    async with delivering(desk, send=mailbox.take, finish_within=timedelta(seconds=0.1)):
        await asyncio.sleep(0.1)
    [row] = await rows(desk.database)
    assert row.state == "waiting"
    assert row.leased_by is not None


async def test_a_mistake_while_taking_does_not_end_delivery(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    mailbox = Mailbox()
    await put_letters(desk.database, 1)
    mistakes = [ZeroDivisionError()]

    def rates(_lane: str) -> None:
        if mistakes:
            raise mistakes.pop()

    async with delivering(desk, send=mailbox.take, rates=rates):
        assert await delivered(desk.database) == ["sent"]
    assert "Delivery can't take what is due" in caplog.text


async def test_a_pace_is_kept_by_all_together(desk: Desk, second_desk: Desk) -> None:
    mailbox = Mailbox()
    await put_letters(desk.database, 6)
    interval = timedelta(seconds=0.2)
    slow = in_order(posts_lane("#moderation"))
    rate = replace(slow, interval=interval, burst=2)
    began = desk.database.now()
    async with (
        delivering(desk, send=mailbox.take, rates=lambda _lane: rate),
        delivering(second_desk, send=mailbox.take, rates=lambda _lane: rate),
    ):
        await delivered(desk.database)
    assert desk.database.now() - began >= 4 * interval
    assert mailbox.received == [1, 2, 3, 4, 5, 6]
