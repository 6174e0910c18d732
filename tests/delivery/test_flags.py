"""A second look is asked for under the card, and the digest says what became of flags."""

from datetime import timedelta

import pytest

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from bot.scheduler.digests import put_digest
from bot.scheduler.flags import recheck_flags
from hitl.cases import Case
from hitl.review import clear_flag, vote
from hitl.vocabulary import Verdict
from tests.delivery.running import RunningClock, delivered, delivering, rows, unsure_case


@pytest.fixture
async def flagged(desk: Desk) -> Case:
    """A flagged case whose card stands in its channel."""
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
    use_case = desk.policy.use_case(case.use_case)
    return await desk.database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.FLAG, reviewer="U0ANA", use_case=use_case)
    )


@pytest.mark.usefixtures("flagged")
async def test_the_reviewers_are_called_to_a_second_look(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    clock.advance(hours=24)
    await recheck_flags(desk.database, desk.policy)
    async with delivering(desk):
        await delivered(desk.database)
    card, reply = workspace.messages("#moderation")
    assert card.says("Clear flag")
    assert reply.thread_ts == card.ts
    assert reply.text == (
        "A second look, the members of #moderation: this was flagged 1 d ago."
        " Can its flag be cleared?"
    )


async def test_nobody_is_called_once_the_flag_is_cleared(
    desk: Desk, flagged: Case, workspace: Workspace, clock: RunningClock
) -> None:
    clock.advance(hours=24)
    await recheck_flags(desk.database, desk.policy)
    use_case = desk.policy.use_case(flagged.use_case)
    await desk.database.write(lambda tx: clear_flag(tx, flagged.id, by="U0BEN", use_case=use_case))
    async with delivering(desk):
        await delivered(desk.database)
    [card] = workspace.messages("#moderation")
    assert not card.says("Clear flag")
    assert (await rows(desk.database))[2].last_error == "the case is not flagged any more"


@pytest.mark.usefixtures("flagged")
async def test_the_digest_tells_of_flags(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    before, since, until = (clock() + timedelta(days=days) for days in (-8, -1, 6))
    use_case = desk.policy.use_case("content-moderation")
    await desk.database.write(
        lambda tx: put_digest(tx, before, since, until, use_case=use_case, zone="UTC")
    )
    async with delivering(desk):
        await delivered(desk.database)
    digest = workspace.messages("#moderation")[-1]
    assert digest.says("Flags: 1 set, 0 cleared, 0 turned, 1 watched")
