"""People are told directly what they chose to be told, while it concerns them, and nothing else."""

from functools import partial

import pytest

from bot.delivery.desk import Desk
from bot.sandbox.workspace import Workspace
from bot.scheduler.digests import digest_jobs
from bot.scheduler.fatigue import look_for_fatigue
from bot.scheduler.runs import run_due
from hitl.notifications import Told
from hitl.review import adjudicate, hand_over, vote
from hitl.review.telling import choose_notifications
from hitl.storage.outbox import Kind
from hitl.vocabulary import Verdict
from tests.delivery.running import RunningClock, delivered, delivering, rows, troubled, unsure_case
from tests.delivery.test_votes import careful, voted
from tests.tired import store_days


async def chosen(desk: Desk, person: str, *kinds: Told) -> None:
    await desk.database.write(lambda tx: choose_notifications(tx, person=person, wanted=set(kinds)))


def told(workspace: Workspace, person: str) -> list[str]:
    """What the app told a person directly."""
    channel = workspace.state.direct_channel(person).id
    return [message.text for message in workspace.state.messages(channel)]


@pytest.mark.parametrize("person", ["U0CHLOE", "U0DEV", "U0ANA"])
async def test_of_a_dispute_only_those_who_may_settle_it_are_told(
    desk: Desk, workspace: Workspace, person: str
) -> None:
    desk, use_case = careful(desk, 2)
    await chosen(desk, person, Told.DISPUTE)
    case = await unsure_case(desk)
    for by, verdict in (("U0ANA", Verdict.REJECT), ("U0BEN", Verdict.APPROVE)):
        await voted(desk, case, by, verdict, use_case=use_case)
    assert any("Reviewers disagree on “Reply in" in text for text in told(workspace, person)) == (
        person == "U0CHLOE"
    )


async def test_of_a_dispute_that_is_settled_by_then_nobody_is_told(
    desk: Desk, workspace: Workspace
) -> None:
    desk, use_case = careful(desk, 2)
    await chosen(desk, "U0CHLOE", Told.DISPUTE)
    case = await unsure_case(desk)
    for by, verdict in (("U0ANA", Verdict.REJECT), ("U0BEN", Verdict.APPROVE)):
        await desk.database.write(
            lambda tx, b=by, v=verdict: vote(tx, case.id, verdict=v, reviewer=b, use_case=use_case)  # type: ignore[misc]
        )
    await desk.database.write(
        lambda tx: adjudicate(
            tx, case.id, verdict=Verdict.REJECT, reviewer="U0CHLOE", use_case=use_case
        )
    )
    async with delivering(desk):
        await delivered(desk.database)
    assert told(workspace, "U0CHLOE") == []


@pytest.mark.parametrize(
    "kinds", [(), (Told.DISPUTE,), (Told.HANDED,), (Told.HANDED, Told.DISPUTE)]
)
async def test_whoever_is_handed_a_case_is_told_if_they_chose_so(
    desk: Desk, workspace: Workspace, kinds: tuple[Told, ...]
) -> None:
    await chosen(desk, "U0BEN", *Told)
    await chosen(desk, "U0BEN", *kinds)
    case = await unsure_case(desk)
    rules = desk.policy.use_case(case.use_case)
    await desk.database.write(
        lambda tx: hand_over(tx, case.id, by="U0ANA", to="U0BEN", use_case=rules)
    )
    async with delivering(desk):
        await delivered(desk.database)
    expected = ["<@U0ANA> asks you to look at “Reply in r/cooking”, case 1 in content-moderation."]
    assert told(workspace, "U0BEN") == (expected if Told.HANDED in kinds else [])


async def became_tired(desk: Desk, clock: RunningClock) -> None:
    """Ana, at noon."""
    now = clock()
    clock.advance(hours=36 - now.hour, minutes=-now.minute)
    use_case = desk.policy.use_case("content-moderation")
    await desk.database.write(partial(store_days, person="U0ANA", use_case=use_case))
    await look_for_fatigue(desk.database, desk.policy)


async def test_signs_of_fatigue_are_told_kindly_and_to_nobody_else(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await became_tired(desk, clock)
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    [said] = told(workspace, "U0ANA")
    for words in (
        "You decided 110 cases; on most of your days it is about 40.",
        "ten minutes away from the screen may help",
        "nobody else is told",
        "untick it in this app's *Home* tab",
    ):
        assert words in said
    assert told(workspace, "U0CHLOE") == []
    assert workspace.messages("#moderation") == []
    [row] = await rows(desk.database)
    assert "110" not in str(row.payload)


async def test_signs_of_fatigue_come_in_time_or_not_at_all(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await became_tired(desk, clock)
    clock.advance(minutes=61)
    async with delivering(desk):
        assert await delivered(desk.database) == ["skipped"]
    assert told(workspace, "U0ANA") == []


async def test_whoever_slack_does_not_write_to_leaves_no_dead_letter_about_their_fatigue(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await became_tired(desk, clock)
    workspace.order_fault("chat.postMessage", "error", error="messages_tab_disabled")
    async with delivering(desk):
        assert await delivered(desk.database) == ["skipped"]


async def a_week_passes(desk: Desk, clock: RunningClock) -> None:
    [job, _] = digest_jobs(desk.policy)
    await desk.database.write(lambda tx: run_due(tx, job))
    clock.advance(days=7)
    for _ in range(2):
        await desk.database.write(lambda tx: run_due(tx, job))


async def test_a_copy_of_the_digest_goes_to_those_who_chose_it_and_whom_it_concerns(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    workspace.state.channels["C0MOD"].members.discard("U0DEV")
    for person in ("U0ANA", "U0DEV"):
        await chosen(desk, person, Told.DIGEST)
    await a_week_passes(desk, clock)
    async with delivering(desk):
        assert sorted(await delivered(desk.database)) == ["sent", "sent", "skipped"]
    [in_channel] = workspace.messages("#moderation")
    assert told(workspace, "U0ANA") == [in_channel.text]
    assert in_channel.text.startswith("The week of content-moderation")
    for person in ("U0DEV", "U0BEN"):
        assert told(workspace, person) == []


async def test_a_copy_whose_answer_was_lost_is_not_sent_twice(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await chosen(desk, "U0ANA", Told.DIGEST)
    await a_week_passes(desk, clock)
    for _ in range(2):
        workspace.order_fault("chat.postMessage", "timeout_after")
    async with delivering(desk):
        await troubled(desk.database, "no answer")
        clock.advance(seconds=30)
        await delivered(desk.database)
    assert len(told(workspace, "U0ANA")) == 1
    states = {row.kind: row.state for row in await rows(desk.database)}
    assert states == {Kind.DIGEST: "sent", Kind.DIRECT: "skipped"}


async def test_who_may_not_be_looked_up_just_now_is_told_later(
    desk: Desk, workspace: Workspace, clock: RunningClock
) -> None:
    await chosen(desk, "U0ANA", Told.DIGEST)
    await a_week_passes(desk, clock)
    workspace.order_fault("users.info", "error", error="internal_error")
    async with delivering(desk):
        await troubled(desk.database, "could not check")
        clock.advance(seconds=20)
        assert await delivered(desk.database) == ["sent", "sent"]
