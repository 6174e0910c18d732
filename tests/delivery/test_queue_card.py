"""A flood of cases becomes one live queue card; when it ebbs, what waits gets its own cards."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from typing import Any

import pytest

from bot.delivery.desk import Desk
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from bot.scheduler.queues import tend_queue_cards
from hitl.policy import Policy, parse_policy
from hitl.review import submit, vote
from hitl.review.queueing import put_into_queue
from hitl.storage.database import Database, Transaction
from hitl.storage.outbox import Kind
from hitl.vocabulary import Verdict
from tests.delivery.running import (
    RunningClock,
    called,
    delivered,
    delivering,
    in_order,
    rows,
    taken_by_one_who_dies,
    troubled,
    unsure_case,
)
from tests.examples import post

NAME = "content-moderation"
POLICY = """
[use_cases.content-moderation]
preset = "moderation-two-sided"
channel = "#moderation"
queue_after = 6
"""
START = "Start reviewing"


@pytest.fixture
def policy() -> Policy:
    return parse_policy(POLICY)


@pytest.fixture
async def desks(desk: Desk, clock: RunningClock) -> AsyncIterator[list[Desk]]:
    """Two processes' ways to the same database."""
    database = Database(desk.database.url, clock=clock)
    yield [desk, replace(desk, database=database)]
    database.close()


@asynccontextmanager
async def all_delivering(desks: Iterable[Desk], **options: Any) -> AsyncIterator[None]:
    async with AsyncExitStack() as stack:
        for desk in desks:
            await stack.enter_async_context(delivering(desk, **options))
        yield


async def flood(desk: Desk, number: int, *, name: str = "post") -> list[int]:
    """That many cases at once."""
    use_case = desk.policy.use_case(NAME)

    def submit_all(tx: Transaction) -> list[int]:
        submissions = [post(f"{name}-{each}") for each in range(number)]
        made = [submit(tx, each, use_case=use_case, draw=0.5) for each in submissions]
        return [case.id for case, _ in made]

    return await desk.database.write(submit_all)


async def decide(desk: Desk, case_ids: Iterable[int]) -> None:
    use_case = desk.policy.use_case(NAME)
    for case_id in case_ids:
        verb = partial(vote, verdict=Verdict.REJECT, reviewer="U0ANA", use_case=use_case)
        await desk.database.write(partial(verb, case_id=case_id))


async def tended(*desks: Desk) -> None:
    """Every process has looked, and what followed is delivered."""
    await asyncio.gather(*(tend_queue_cards(desk.database, desk.policy) for desk in desks))
    await delivered(desks[0].database)


def queue_cards(workspace: Workspace) -> list[SeenMessage]:
    return [message for message in workspace.messages("#moderation") if START in message.buttons]


def cases_shown(workspace: Workspace) -> list[int]:
    """The cases whose cards stand in the channel."""
    found = (message.metadata for message in workspace.messages("#moderation"))
    payloads = [metadata["event_payload"] for metadata in found if metadata]
    return sorted(int(payload["case"]) for payload in payloads if "case" in payload)


async def test_of_a_flood_one_queue_card_is_posted(desk: Desk, workspace: Workspace) -> None:
    await flood(desk, 200)
    async with delivering(desk):
        await delivered(desk.database)
    [card] = workspace.messages("#moderation")
    assert card.says("200 cases waiting")
    assert card.buttons == [START]


async def test_cards_are_posted_one_by_one_until_too_many_wait(
    desk: Desk, workspace: Workspace
) -> None:
    async with delivering(desk):
        ids = []
        for each in range(9):
            ids.append((await unsure_case(desk, f"post-{each}")).id)
            await delivered(desk.database)
    assert cases_shown(workspace) == ids[:6]
    *_, card = workspace.messages("#moderation")
    assert card.says("7 cases waiting")
    assert len(workspace.messages("#moderation")) == 7


async def test_decided_cases_make_room_for_others(desk: Desk, workspace: Workspace) -> None:
    async with delivering(desk):
        first = await flood(desk, 6)
        await delivered(desk.database)
        await decide(desk, first[:1])
        [latest] = await flood(desk, 1, name="later")
        await delivered(desk.database)
    assert cases_shown(workspace) == [*first, latest]


@pytest.mark.parametrize("rates", [in_order, None])
async def test_when_few_are_left_each_gets_its_card_once(
    desk: Desk, workspace: Workspace, rates: Any
) -> None:
    ids = await flood(desk, 10)
    async with delivering(desk, **({"rates": rates} if rates else {})):
        await delivered(desk.database)
        await decide(desk, ids[:7])
        await tended(desk)
        await tended(desk)
    card, *_ = workspace.messages("#moderation")
    assert card.says("every case that still waits has its own card")
    assert card.buttons == []
    assert cases_shown(workspace) == ids[7:]


async def test_an_empty_queue_says_so(desk: Desk, workspace: Workspace) -> None:
    ids = await flood(desk, 7)
    async with delivering(desk):
        await delivered(desk.database)
        await decide(desk, ids)
        await tended(desk)
    [card] = workspace.messages("#moderation")
    assert card.says("The queue has drained* · nothing waits")


async def test_a_queue_stays_until_half_is_left_so_that_it_does_not_flicker(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    ids = await flood(desk, 7)
    async with delivering(desk):
        await delivered(desk.database)
        await decide(desk, ids[:3])
        clock.advance(seconds=5)
        await tended(desk)
        await flood(desk, 1, name="later")
        await delivered(desk.database)
        clock.advance(seconds=5)
        await tended(desk)
    [card] = workspace.messages("#moderation")
    assert card.says("5 cases waiting")


async def test_a_second_flood_has_a_card_of_its_own_below_the_first(
    desk: Desk, workspace: Workspace
) -> None:
    ids = await flood(desk, 7)
    async with delivering(desk):
        await delivered(desk.database)
        await decide(desk, ids)
        await tended(desk)
        await flood(desk, 8, name="later")
        await delivered(desk.database)
    before, card = workspace.messages("#moderation")
    assert before.says("The queue has drained")
    assert card.says("8 cases waiting")


async def test_a_queue_card_follows_the_numbers_at_most_every_five_seconds(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    ids = await flood(desk, 10)
    async with delivering(desk):
        await delivered(desk.database)
        await decide(desk, ids[:1])
        await tended(desk)
        [early] = workspace.messages("#moderation")
        clock.advance(seconds=5)
        await tended(desk)
        [card] = workspace.messages("#moderation")
        clock.advance(seconds=5)
        await tended(desk)
    assert early.says("10 cases waiting")
    assert card.says("9 cases waiting")
    assert len(workspace.calls.all("chat.update")) == 1


async def test_a_queue_card_is_not_rewritten_over_and_over_while_slack_is_away(
    desk: Desk, clock: RunningClock
) -> None:
    ids = await flood(desk, 12)
    async with delivering(desk):
        await delivered(desk.database)
    for each in ids[:3]:
        await decide(desk, [each])
        clock.advance(seconds=5)
        await tend_queue_cards(desk.database, desk.policy)
    waiting = [row for row in await rows(desk.database) if row.state == "waiting"]
    assert [row.kind for row in waiting].count(Kind.QUEUE_CARD) == 1


async def test_other_use_cases_of_the_channel_are_posted_as_ever(
    desk: Desk, workspace: Workspace
) -> None:
    both = POLICY + POLICY.replace(NAME, "comments")
    desk = replace(desk, policy=parse_policy(both))
    comments = desk.policy.use_case("comments")
    await flood(desk, 10)
    case, _ = await desk.database.write(
        lambda tx: submit(tx, post("comment-1"), use_case=comments, draw=0.5)
    )
    async with delivering(desk, rates=in_order):
        await delivered(desk.database)
    assert cases_shown(workspace) == [case.id]
    assert len(workspace.messages("#moderation")) == 2


async def test_a_queue_card_whose_answer_was_lost_is_not_posted_twice(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await flood(desk, 10)
    workspace.order_fault("chat.postMessage", "timeout_after")
    async with delivering(desk):
        await troubled(desk.database, "no answer")
        clock.advance(seconds=2)
        await delivered(desk.database)
        await decide(desk, [1])
        clock.advance(seconds=5)
        await tended(desk)
    [card] = workspace.messages("#moderation")
    assert card.says("9 cases waiting")


async def test_a_deleted_queue_card_is_posted_anew(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    ids = await flood(desk, 10)
    async with delivering(desk):
        await delivered(desk.database)
        [card] = workspace.messages("#moderation")
        await desk.client.chat_delete(channel=card.channel, ts=card.ts)
        await decide(desk, ids[:1])
        clock.advance(seconds=5)
        await tended(desk)
        await decide(desk, ids[1:2])
        clock.advance(seconds=5)
        await tended(desk)
    [again] = workspace.messages("#moderation")
    assert again.says("8 cases waiting")


async def test_a_card_that_may_have_been_posted_is_looked_for_all_the_same(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    case = await unsure_case(desk)
    workspace.order_fault("chat.postMessage", "timeout_after")
    async with delivering(desk):
        await troubled(desk.database, "no answer")
        await flood(desk, 10)
        await called(workspace, "chat.postMessage", times=2)
        clock.advance(seconds=3)
        await delivered(desk.database)
    assert cases_shown(workspace) == [case.id]
    sent = [row.case_id for row in await rows(desk.database) if row.state == "sent"]
    assert case.id in sent


async def test_a_case_is_posted_after_all_if_the_queue_drained_meanwhile(
    desk: Desk, workspace: Workspace
) -> None:
    ids = await flood(desk, 7)
    [parcel, *others] = await taken_by_one_who_dies(desk.database)
    await decide(desk, ids[3:])
    use_case = desk.policy.use_case(NAME)
    queued = partial(put_into_queue, use_case=use_case, channel="#moderation")
    for each in (parcel, *others):
        assert await desk.database.write(partial(queued, parcel=each))
    async with delivering(desk):
        await delivered(desk.database)
    assert cases_shown(workspace) == ids[:3]


async def test_the_queue_follows_its_use_case_to_another_channel(
    desk: Desk, workspace: Workspace
) -> None:
    await flood(desk, 10)
    async with delivering(desk):
        await delivered(desk.database)
    desk = replace(desk, policy=parse_policy(POLICY.replace("#moderation", "#spam")))
    async with delivering(desk):
        await tended(desk)
    [old], [new] = workspace.messages("#moderation"), workspace.messages("#spam")
    assert old.buttons == []
    assert new.says("10 cases waiting")


async def test_a_use_case_that_left_the_policy_is_let_be(desk: Desk) -> None:
    await flood(desk, 10)
    async with delivering(desk):
        await delivered(desk.database)
        before = len(await rows(desk.database))
        without = parse_policy(POLICY.replace(NAME, "comments"))
        await tend_queue_cards(desk.database, without)
        assert len(await rows(desk.database)) == before


class TestTwoProcesses:
    """The same on both databases, with two processes at work at once."""

    @pytest.fixture(params=["sqlite", "postgresql"])
    def engine(self, request: pytest.FixtureRequest) -> str:
        return str(request.param)

    async def test_make_one_queue_card(self, desks: list[Desk], workspace: Workspace) -> None:
        async with all_delivering(desks):
            await asyncio.gather(
                *(flood(desk, 20, name=name) for desk, name in zip(desks, "ab", strict=True))
            )
            await delivered(desks[0].database)
        assert len(workspace.messages("#moderation")) <= 7
        [card] = queue_cards(workspace)
        assert card.says("cases waiting")

    async def test_rewrite_it_once(
        self, desks: list[Desk], workspace: Workspace, clock: RunningClock
    ) -> None:
        ids = await flood(desks[0], 20)
        async with all_delivering(desks):
            await delivered(desks[0].database)
            await decide(desks[0], ids[:2])
            clock.advance(seconds=5)
            await tended(*desks)
        assert len(workspace.calls.all("chat.update")) == 1
        assert queue_cards(workspace)[0].says("18 cases waiting")

    async def test_post_what_is_left_once(self, desks: list[Desk], workspace: Workspace) -> None:
        ids = await flood(desks[0], 20)
        async with all_delivering(desks):
            await delivered(desks[0].database)
            await decide(desks[0], ids[3:])
            await tended(*desks)
        assert cases_shown(workspace) == ids[:3]
        assert queue_cards(workspace) == []
        put = [row.kind for row in await rows(desks[0].database)]
        assert put.count(Kind.QUEUE_CARD) == 2
        assert put.count(Kind.CARD_POST) == 20 + 3
