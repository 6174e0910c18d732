"""Those whom a deadline calls are mentioned under the card, in time and once."""

from dataclasses import replace
from typing import Any

import pytest

from bot.delivery.desk import Desk
from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.directory import UserGroup
from bot.sandbox.workspace import Workspace
from hitl.cases import Case
from hitl.policy import Deadline, Policy
from hitl.review import hand_over, take_steps, vote
from hitl.vocabulary import Verdict
from tests.delivery.running import RunningClock, delivered, delivering, rows, unsure_case

SENIORS = [{"after": "1h", "to": "@seniors"}]


@pytest.fixture
def config(config: WorkspaceConfig) -> WorkspaceConfig:
    groups = (
        UserGroup(id="S0MODS", handle="moderators", users=("U0ANA", "U0BEN")),
        UserGroup(id="S0SENIOR", handle="seniors", users=("U0CHLOE",)),
    )
    return replace(config, groups=groups)


@pytest.fixture
def desk(desk: Desk) -> Desk:
    return with_deadline(desk, remind=["30m"], hand_over=SENIORS, due="4h")


def with_deadline(
    desk: Desk, *, reviewers: tuple[str, ...] = ("@moderators", "U0BEN"), **settings: Any
) -> Desk:
    deadline = Deadline.model_validate(settings)
    use_case = desk.policy.use_case("content-moderation").model_copy(
        update={"deadline": deadline, "reviewers": reviewers}
    )
    return replace(desk, policy=Policy(use_cases={use_case.name: use_case}))


async def waiting(desk: Desk) -> Case:
    """A case whose card stands in its channel."""
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
    return case


async def take(desk: Desk, case: Case) -> None:
    use_case = desk.policy.use_case(case.use_case)
    await desk.database.write(lambda tx: take_steps(tx, case.id, use_case=use_case))


async def said(desk: Desk, workspace: Workspace) -> str:
    """The only reply under the only card."""
    async with delivering(desk):
        await delivered(desk.database)
    card, reply = workspace.messages("#moderation")
    assert reply.thread_ts == card.ts
    return reply.text


async def test_a_reminder_mentions_the_reviewers(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    case = await waiting(desk)
    clock.advance(minutes=30)
    await take(desk, case)
    text = await said(desk, workspace)
    assert text.startswith(
        "Reminder to <!subteam^S0MODS> and <@U0BEN>: this case has been waiting for 30 min."
        " It is due <!date^"
    )


async def test_everyone_is_mentioned_however_many_they_are(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    many = tuple(f"U0R{number}" for number in range(30))
    desk = with_deadline(desk, remind=["30m"], due="1h", reviewers=many)
    case = await waiting(desk)
    clock.advance(minutes=30)
    await take(desk, case)
    clock.advance(hours=2)  # and Slack took no message until then
    text = await said(desk, workspace)
    assert all(f"<@{user}>" in text for user in many)
    assert text.endswith("has been waiting for 2 h 30 min.")


async def test_the_next_group_is_called_and_the_card_tells(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    case = await waiting(desk)
    assert not workspace.messages("#moderation")[0].says("handed to")
    clock.advance(hours=1)
    await take(desk, case)
    assert await said(desk, workspace) == (
        "Handed to <!subteam^S0SENIOR>: nobody has decided this case for 1 h."
    )
    assert workspace.messages("#moderation")[0].says("handed to @seniors")


async def test_an_overdue_case_says_so_to_everyone_who_may_decide(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    desk = with_deadline(desk, due="4h", reviewers=("channel", "S0MODS"))
    case = await waiting(desk)
    assert workspace.messages("#moderation")[0].says("due <!date^")
    clock.advance(hours=4)
    await take(desk, case)
    assert await said(desk, workspace) == (
        "This case is overdue and goes on waiting for "
        "the members of #moderation and <!subteam^S0MODS>."
    )
    assert workspace.messages("#moderation")[0].says("*overdue*")


async def test_a_deadline_that_decides_says_what_stands(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    desk = with_deadline(desk, due="4h", then="ai")
    case = await waiting(desk)
    clock.advance(hours=4)
    await take(desk, case)
    assert await said(desk, workspace) == (
        "Nobody decided this case in time. *Reject · remove post* stands, as the policy says."
    )
    [card, _] = workspace.messages("#moderation")
    assert card.says("by the deadline")
    assert not card.says("due <!date^")


async def test_who_is_no_group_in_the_workspace_is_named_all_the_same(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    desk = with_deadline(desk, remind=["30m"], reviewers=("@nobody", "@moderators"))
    case = await waiting(desk)
    clock.advance(minutes=30)
    await take(desk, case)
    assert await said(desk, workspace) == (
        "Reminder to @nobody and <!subteam^S0MODS>: this case has been waiting for 30 min."
    )


async def test_nobody_is_called_to_a_case_that_is_decided_by_then(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    case = await waiting(desk)
    use_case = desk.policy.use_case(case.use_case)
    await desk.database.write(
        lambda tx: hand_over(tx, case.id, by="U0ANA", to="U0BEN", use_case=use_case)
    )
    clock.advance(minutes=30)
    await take(desk, case)
    await desk.database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.APPROVE, reviewer="U0ANA", use_case=use_case)
    )
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent", "skipped", "skipped", "sent"]
    assert len(workspace.messages("#moderation")) == 1
    assert (await rows(desk.database))[2].last_error == "the case is decided already"
