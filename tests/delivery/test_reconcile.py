"""A message whose answer was lost is looked for before it is posted again."""

from datetime import timedelta

import pytest

from bot.delivery.desk import Desk
from bot.delivery.slack import send_to_slack
from bot.sandbox.faults import FaultKind
from bot.sandbox.workspace import Workspace
from hitl.review import hand_over, withdraw
from hitl.review.posted import How, PostedCard, record_posted
from hitl.storage.slack_copies import Place, card_place
from tests.delivery.running import (
    RunningClock,
    delivered,
    delivering,
    how_posted,
    in_order,
    rows,
    states,
    taken_by_one_who_dies,
    troubled,
    unsure_case,
    unsure_mail,
    until,
)

POST = "chat.postMessage"
HISTORY = "conversations.history"


async def put_back(desk: Desk, *, attempts: int) -> None:
    """Return once the first row waits again after so many attempts; a lease would be longer."""

    async def waits() -> bool:
        row = (await rows(desk.database))[0]
        soon = row.due_at - desk.database.now() < timedelta(seconds=15)
        return bool(row.attempts == attempts and soon)

    await until(waits)


async def overtaken(desk: Desk) -> None:
    """Return once the second row is sent while the first still waits."""

    async def is_overtaken() -> bool:
        return await states(desk.database) == ["waiting", "sent"]

    await until(is_overtaken)


@pytest.mark.parametrize(
    ("kind", "words", "how"),
    [
        ("timeout_after", "no answer", "found"),
        ("timeout_before", "no answer", "sent_again"),
        ("http_500", "internal_error", "sent_again"),
    ],
)
async def test_a_lost_answer_makes_one_message(
    desk: Desk, workspace: Workspace, clock: RunningClock, kind: FaultKind, words: str, how: str
) -> None:
    workspace.order_fault(POST, kind)
    case = await unsure_case(desk)
    async with delivering(desk):
        await troubled(desk.database, words)
        clock.advance(seconds=2)
        assert await delivered(desk.database) == ["sent"]
    assert len(workspace.messages("#moderation")) == 1
    assert await how_posted(desk, case.id) == how


async def test_a_message_that_the_history_shows_late_is_not_posted_twice(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "timeout_after")
    workspace.order_fault(HISTORY, "lag", seconds=1000, times=1)
    case = await unsure_case(desk)
    async with delivering(desk):
        await troubled(desk.database, "no answer")
        clock.advance(seconds=2)
        await delivered(desk.database)
    assert len(workspace.messages("#moderation")) == 1
    assert await how_posted(desk, case.id) == "found"


@pytest.mark.parametrize(
    ("method", "kind", "words"),
    [
        (HISTORY, "http_500", "internal_error"),
        (HISTORY, "timeout_before", "no answer"),
        (HISTORY, "ratelimited", "ratelimited"),
        ("conversations.info", "ratelimited", "ratelimited"),
        ("users.conversations", "error", "invalid_auth"),
    ],
)
async def test_a_doubt_outlives_a_look_that_fails(
    desk: Desk, workspace: Workspace, clock: RunningClock, method: str, kind: FaultKind, words: str
) -> None:
    case = await unsure_case(desk)
    [parcel] = await taken_by_one_who_dies(desk.database)
    await send_to_slack(desk, parcel)
    clock.advance(minutes=10)
    # A reading request whose connection is cut is repeated once by the HTTP client itself.
    times = 2 if kind == "timeout_before" else 1
    workspace.order_fault(method, kind, error="invalid_auth", times=times)
    async with delivering(desk):
        await troubled(desk.database, words)
        clock.advance(seconds=30)
        await delivered(desk.database)
    assert len(workspace.messages("#moderation")) == 1
    assert await how_posted(desk, case.id) == "found"


async def test_where_no_history_may_be_read_a_message_is_posted_rather_than_lost(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "timeout_before")
    workspace.order_fault(HISTORY, "error", error="missing_scope", times=None)
    await unsure_case(desk)
    async with delivering(desk):
        await troubled(desk.database, "no answer")
        clock.advance(seconds=2)
        assert await delivered(desk.database) == ["sent"]
    assert len(workspace.messages("#moderation")) == 1


@pytest.mark.parametrize(("posted", "how"), [(True, "found"), (False, "sent_again")])
async def test_a_dead_taker_s_message_is_sent_after_its_lease(
    desk: Desk, workspace: Workspace, clock: RunningClock, *, posted: bool, how: str
) -> None:
    case = await unsure_case(desk)
    [parcel] = await taken_by_one_who_dies(desk.database)
    if posted:
        await send_to_slack(desk, parcel)
    async with delivering(desk):
        clock.advance(seconds=31)
        assert await delivered(desk.database) == ["sent"]
    assert len(workspace.messages("#moderation")) == 1
    assert await how_posted(desk, case.id) == how


async def test_a_doubt_outlives_being_put_back_behind_another(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await unsure_case(desk)
    await unsure_case(desk, "post-2")
    for parcel in await taken_by_one_who_dies(desk.database):
        await send_to_slack(desk, parcel)
    clock.advance(seconds=31)
    workspace.order_fault(HISTORY, "ratelimited")
    async with delivering(desk, rates=in_order):
        await troubled(desk.database, "ratelimited")
        clock.advance(seconds=1)
        assert await delivered(desk.database) == ["sent", "sent"]
    assert len(workspace.messages("#moderation")) == 2


async def test_the_card_of_a_case_closed_since_is_found_and_brought_up_to_date(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    case = await unsure_case(desk)
    [parcel] = await taken_by_one_who_dies(desk.database)
    await send_to_slack(desk, parcel)
    await desk.database.write(lambda tx: withdraw(tx, case.id, by="caller"))
    clock.advance(seconds=31)
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent", "sent"]
    [card] = workspace.messages("#moderation")
    assert card.says("Withdrawn")
    assert "Reject · remove post" not in card.buttons


async def test_a_message_is_found_in_the_fallback_channel_too(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "error", error="is_archived")
    workspace.order_fault(POST, "timeout_after")
    await unsure_mail(desk)
    async with delivering(desk):
        await troubled(desk.database, "no answer")
        clock.advance(seconds=2)
        assert await delivered(desk.database) == ["sent"]
    assert len(workspace.messages("#moderation")) == 1
    assert workspace.messages("#spam") == []


async def test_a_reply_is_looked_for_in_its_thread(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
        workspace.order_fault(POST, "timeout_after")
        use_case = desk.policy.use_case("content-moderation")
        await desk.database.write(
            lambda tx: hand_over(tx, case.id, by="U0ANA", to="U0BEN", use_case=use_case)
        )
        await troubled(desk.database, "no answer")
        clock.advance(seconds=2)
        assert await delivered(desk.database) == ["sent", "sent"]
    assert len(workspace.messages("#moderation")) == 2


async def test_a_message_that_fails_again_and_again_does_not_hold_up_its_channel(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "error", error="fatal_error", times=3)
    await unsure_case(desk, "poison")
    async with delivering(desk, rates=in_order, chance=lambda: 1.0):
        for attempt in range(1, 4):
            await put_back(desk, attempts=attempt)
            clock.advance(seconds=10)
        await troubled(desk.database, "not in Slack after several tries")
        await unsure_case(desk, "post-2")
        await overtaken(desk)
        clock.advance(seconds=60)
        assert await delivered(desk.database) == ["sent", "sent"]


async def test_what_is_heard_after_the_lease_has_passed_on_changes_nothing(
    desk: Desk, clock: RunningClock
) -> None:
    case = await unsure_case(desk)
    [late] = await taken_by_one_who_dies(desk.database)
    clock.advance(seconds=31)
    await taken_by_one_who_dies(desk.database, name="another")
    card = PostedCard(case.id, Place("C0MOD", "1.1"), How.SENT)
    assert not await desk.database.write(lambda tx: record_posted(tx, late, card))
    assert await desk.database.read(lambda c: card_place(c, case.id)) is None
