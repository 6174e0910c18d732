"""The weekly digest goes from the clock to the channel."""

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from bot.scheduler.digests import digest_jobs
from bot.scheduler.runs import run_due
from hitl.review import vote
from hitl.vocabulary import Verdict
from tests.delivery.running import (
    RunningClock,
    delivered,
    delivering,
    troubled,
    unsure_case,
)


async def test_a_digest_tells_of_the_week(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    [job, _] = digest_jobs(desk.policy)
    await desk.database.write(lambda tx: run_due(tx, job))
    case = await unsure_case(desk)
    use_case = desk.policy.use_case("content-moderation")
    await desk.database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.APPROVE, reviewer="U0ANA", use_case=use_case)
    )
    clock.advance(days=7)
    await desk.database.write(lambda tx: run_due(tx, job))
    async with delivering(desk):
        assert (await delivered(desk.database))[-1] == "sent"
    [digest] = workspace.messages("#moderation")
    assert digest.says("The week of content-moderation")
    assert digest.says("The week before")


async def test_a_digest_whose_answer_was_lost_is_not_posted_twice(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    [job, _] = digest_jobs(desk.policy)
    await desk.database.write(lambda tx: run_due(tx, job))
    clock.advance(days=7)
    await desk.database.write(lambda tx: run_due(tx, job))
    workspace.order_fault("chat.postMessage", "timeout_after")
    async with delivering(desk):
        await troubled(desk.database, "no answer")
        clock.advance(seconds=2)
        assert await delivered(desk.database) == ["sent"]
    assert len(workspace.messages("#moderation")) == 1


async def test_a_digest_refused_in_full_is_sent_as_its_text(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    [job, _] = digest_jobs(desk.policy)
    await desk.database.write(lambda tx: run_due(tx, job))
    clock.advance(days=7)
    await desk.database.write(lambda tx: run_due(tx, job))
    workspace.order_fault("chat.postMessage", "error", error="invalid_blocks")
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    [digest] = workspace.messages("#moderation")
    assert digest.blocks == []
    assert digest.says("The week of content-moderation")
