"""What Slack's refusals make of a message: each code's policy, from the call to the outbox."""

import asyncio

import pytest

from bot.delivery.desk import Desk
from bot.delivery.health import Health
from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.directory import Channel
from bot.sandbox.workspace import Workspace
from hitl.policy import Policy, parse_policy
from tests.delivery.conftest import EVERYONE
from tests.delivery.running import (
    RunningClock,
    delivered,
    delivering,
    rows,
    troubled,
    unsure_case,
    unsure_mail,
)
from tests.delivery.test_troubles import POLICY as CODES

POST = "chat.postMessage"


@pytest.mark.parametrize("code", [*CODES["bury"], *CODES["fall_back"], *CODES["tell_in_thread"]])
async def test_what_can_t_be_sent_is_kept_as_a_dead_letter_and_told(
    desk: Desk, workspace: Workspace, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    workspace.order_fault(POST, "error", error=code)
    await unsure_case(desk)
    await unsure_case(desk, "post-2")
    async with delivering(desk, most_at_once=1):
        assert await delivered(desk.database) == ["dead", "sent"]
    assert (await rows(desk.database))[0].last_error == code
    assert f"is a dead letter: {code}" in caplog.text


@pytest.mark.parametrize("code", CODES["fall_back"])
async def test_a_channel_that_can_t_take_it_passes_it_to_the_fallback(
    desk: Desk, workspace: Workspace, code: str
) -> None:
    workspace.order_fault(POST, "error", error=code)
    await unsure_mail(desk)
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    assert workspace.messages("#spam") == []
    assert len(workspace.messages("#moderation")) == 1


@pytest.mark.parametrize("code", CODES["plain"])
async def test_refused_blocks_are_sent_once_more_in_plain(
    desk: Desk, workspace: Workspace, code: str
) -> None:
    workspace.order_fault(POST, "error", error=code)
    await unsure_case(desk)
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    [card] = workspace.messages("#moderation")
    assert {block["type"] for block in card.blocks} == {"section", "actions"}


async def test_blocks_refused_in_plain_too_are_a_dead_letter(
    desk: Desk, workspace: Workspace
) -> None:
    workspace.order_fault(POST, "error", error="invalid_blocks", times=2)
    await unsure_case(desk)
    async with delivering(desk):
        assert await delivered(desk.database) == ["dead"]


@pytest.mark.parametrize("code", CODES["retry"])
async def test_an_outage_is_waited_out(desk: Desk, workspace: Workspace, code: str) -> None:
    workspace.order_fault(POST, "error", error=code, times=3)
    await unsure_case(desk)
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    assert (await rows(desk.database))[0].attempts == 4


async def test_an_outage_makes_the_whole_lane_wait(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "error", error="service_unavailable")
    await unsure_case(desk)
    await unsure_case(desk, "post-2")
    # Long enough a wait that no slow machine gets there by itself.
    async with delivering(desk, most_at_once=1, chance=lambda: 30.0):
        await troubled(desk.database, "service_unavailable")
        await asyncio.sleep(0.1)
        assert len(workspace.calls.all(POST)) == 1
        clock.advance(seconds=30)
        assert await delivered(desk.database) == ["sent", "sent"]


async def test_a_rate_limit_is_obeyed_and_does_not_count_as_an_attempt(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "ratelimited", retry_after=30)
    await unsure_case(desk)
    await unsure_case(desk, "post-2")
    async with delivering(desk, most_at_once=1):
        await troubled(desk.database, "ratelimited")
        await asyncio.sleep(0.1)
        clock.advance(seconds=28)
        await unsure_case(desk, "post-3")
        assert workspace.messages("#moderation") == []
        clock.advance(seconds=2)
        assert await delivered(desk.database) == ["sent"] * 3
    assert [row.attempts for row in await rows(desk.database)] == [1, 1, 1]
    [refused, *taken] = workspace.calls.all(POST)
    assert taken[0].at - refused.at >= 30


@pytest.mark.parametrize("code", CODES["pause"])
async def test_a_refused_installation_pauses_everything_until_it_is_repaired(
    desk: Desk, workspace: Workspace, clock: RunningClock, health: Health, code: str
) -> None:
    workspace.order_fault(POST, "error", error=code)
    await unsure_case(desk)
    await unsure_mail(desk)
    async with delivering(desk, health=health, most_at_once=1):
        await troubled(desk.database, code)
        assert health.paused == code
        clock.advance(seconds=28)
        await asyncio.sleep(0.1)
        assert len(workspace.calls.all(POST)) == 1
        clock.advance(seconds=3)
        assert await delivered(desk.database) == ["sent", "sent"]
    assert health.paused is None
    assert [row.attempts for row in await rows(desk.database)] == [1, 1]


async def test_a_message_is_given_up_after_a_day_of_trying(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "error", error="service_unavailable", times=5)
    await unsure_case(desk)
    clock.advance(hours=25)
    async with delivering(desk):
        assert await delivered(desk.database) == ["dead"]


async def test_a_message_that_waited_days_for_a_repair_still_gets_its_chances(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.order_fault(POST, "error", error="service_unavailable", times=4)
    await unsure_case(desk)
    clock.advance(days=3)
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]


class TestSharedChannels:
    """Cases stay out of channels that people of another organisation see."""

    @pytest.fixture
    def config(self, clock: RunningClock) -> WorkspaceConfig:
        shared = Channel(id="C0SHR", name="shared", members=set(EVERYONE), is_ext_shared=True)
        own = Channel(id="C0OWN", name="own", members=set(EVERYONE))
        return WorkspaceConfig(channels=(shared, own), clock=lambda: clock().timestamp())

    @pytest.fixture
    def policy(self, more: str) -> Policy:
        return parse_policy(
            f"""
            [use_cases.content-moderation]
            preset = "moderation-two-sided"
            channel = "#shared"
            {more}
            """
        )

    @pytest.mark.parametrize(
        ("more", "states", "channel"),
        [
            ("", ["dead"], None),
            ('fallback_channel = "#own"', ["sent"], "#own"),
            ("allow_shared_channel = true", ["sent"], "#shared"),
        ],
    )
    async def test_cases_go_there_only_by_permission(
        self, desk: Desk, workspace: Workspace, states: list[str], channel: str | None
    ) -> None:
        await unsure_case(desk)
        async with delivering(desk):
            assert await delivered(desk.database) == states
        used = [name for name in ("#shared", "#own") if workspace.messages(name)]
        assert used == ([] if channel is None else [channel])
        [row] = await rows(desk.database)
        if channel is None:
            assert row.last_error.startswith("#shared is shared with another organisation")
