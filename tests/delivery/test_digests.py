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


async def _due_after_a_busy_week(desk: Desk, clock: RunningClock) -> None:
    [job, _] = digest_jobs(desk.policy)
    await desk.database.write(lambda tx: run_due(tx, job))
    await unsure_case(desk)
    # The week in which it came must be over.
    clock.advance(days=14)
    await desk.database.write(lambda tx: run_due(tx, job))


async def test_a_digest_has_a_chart(desk: Desk, workspace: Workspace, clock: RunningClock) -> None:
    await _due_after_a_busy_week(desk, clock)
    async with delivering(desk):
        assert (await delivered(desk.database))[-1] == "sent"
    digest = next(m for m in workspace.messages("#moderation") if m.says("The week of"))
    [chart] = [block for block in digest.blocks if block["type"] == "image"]
    assert chart["slack_file"]["id"]
    assert chart["alt_text"].startswith("Chart of the last 12 weeks.")


async def test_a_digest_goes_without_a_chart_where_files_are_refused(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await _due_after_a_busy_week(desk, clock)
    workspace.order_fault("files.getUploadURLExternal", "error", error="missing_scope")
    async with delivering(desk):
        assert (await delivered(desk.database))[-1] == "sent"
    digest = next(m for m in workspace.messages("#moderation") if m.says("The week of"))
    assert digest.says("Predictions")
    assert not [block for block in digest.blocks if block["type"] == "image"]


async def test_each_month_is_asked_about_once(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    [job, _] = digest_jobs(desk.policy)
    for _ in range(7):
        await desk.database.write(lambda tx: run_due(tx, job))
        clock.advance(days=7)
    async with delivering(desk):
        await delivered(desk.database)
    asked = [m for m in workspace.messages("#moderation") if m.says("Invest in the model")]
    assert sorted(m.blocks[0]["text"]["text"] for m in asked) == [
        "content-moderation in December 2026",
        "content-moderation in November 2026",
    ]
