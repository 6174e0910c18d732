"""Cards reach their channel, and show what became of their case."""

from dataclasses import replace

import pytest

from bot.delivery.desk import Desk
from bot.sandbox.faults import FaultKind
from bot.sandbox.workspace import Workspace
from hitl.policy import Policy
from hitl.review import add_note, claim_next, hand_over, release, vote, withdraw
from hitl.storage.queries import case_history
from hitl.vocabulary import Verdict
from tests.delivery.running import (
    RunningClock,
    delivered,
    delivering,
    rows,
    unsure_case,
)


async def decide(desk: Desk, case_id: int, *, response_url: str | None = None) -> None:
    """Ana removes the post."""
    use_case = desk.policy.use_case("content-moderation")
    await desk.database.write(
        lambda tx: vote(
            tx,
            case_id,
            verdict=Verdict.REJECT,
            reviewer="U0ANA",
            use_case=use_case,
            response_url=response_url,
        )
    )


def way_back(workspace: Workspace) -> str:
    """A response_url as a click on the only card would carry it."""
    [message] = workspace.state.messages("C0MOD")
    now = workspace.config.clock()
    token = workspace.response_urls.issue(user="U0ANA", channel="C0MOD", now=now, source=message)
    return f"{workspace.url}/sandbox/response/{token}"


async def test_a_case_is_posted_in_its_channel(desk: Desk, workspace: Workspace) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent"]
    [card] = workspace.messages("#moderation")
    assert card.says("Reply in r/cooking")
    assert card.metadata is not None
    assert card.metadata["event_type"] == "hitl_case"
    assert card.metadata["event_payload"]["case"] == str(case.id)


async def test_a_card_shows_who_has_its_case_in_hand_until_they_leave(
    desk: Desk, workspace: Workspace
) -> None:
    case = await unsure_case(desk)
    use_case = desk.policy.use_case("content-moderation")
    looking = "<@U0ANA> is looking at it, until"
    async with delivering(desk):
        await delivered(desk.database)
        await desk.database.write(lambda tx: claim_next(tx, use_case=use_case, reviewer="U0ANA"))
        await delivered(desk.database)
        assert workspace.messages("#moderation")[0].says(looking)
        await desk.database.write(lambda tx: release(tx, case.id, reviewer="U0ANA"))
        await delivered(desk.database)
    [card] = workspace.messages("#moderation")
    assert not card.says(looking)


async def test_a_decided_card_does_not_say_that_anybody_looks(
    desk: Desk, workspace: Workspace
) -> None:
    case = await unsure_case(desk)
    use_case = desk.policy.use_case("content-moderation")
    async with delivering(desk):
        await delivered(desk.database)
        await desk.database.write(lambda tx: claim_next(tx, use_case=use_case, reviewer="U0ANA"))
        await decide(desk, case.id)
        await delivered(desk.database)
    assert not workspace.messages("#moderation")[0].says("is looking at it")


async def test_who_looks_waits_in_no_line_of_decisions(desk: Desk) -> None:
    first = await unsure_case(desk)
    use_case = desk.policy.use_case("content-moderation")
    async with delivering(desk):
        await delivered(desk.database)
    await desk.database.write(lambda tx: add_note(tx, first.id, author="U0BEN", text="Look"))
    await desk.database.write(lambda tx: claim_next(tx, use_case=use_case, reviewer="U0ANA"))
    updates = [row for row in await rows(desk.database) if row.kind == "card.update"]
    assert len(updates) == 1


async def test_the_history_tells_where_the_card_stands(desk: Desk, workspace: Workspace) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
    [card] = workspace.messages("#moderation")
    *_, posted = await desk.database.read(lambda c: case_history(c, case.id))
    assert posted.type == "posted"
    assert posted.data == {"channel": "C0MOD", "ts": card.ts, "how": "sent", "attempts": 1}


async def test_a_card_shows_the_verdict(desk: Desk, workspace: Workspace) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
        await decide(desk, case.id)
        assert await delivered(desk.database) == ["sent", "sent"]
    [card] = workspace.messages("#moderation")
    assert card.says("Reject · remove post")
    assert card.says("<@U0ANA>")


async def test_the_click_s_own_way_back_spares_the_rate_limit(
    desk: Desk, workspace: Workspace
) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
        await decide(desk, case.id, response_url=way_back(workspace))
        await delivered(desk.database)
    assert [call.ok for call in workspace.calls.all("response_url")] == [True]
    assert workspace.calls.all("chat.update") == []
    [card] = workspace.messages("#moderation")
    assert card.says("Reject · remove post")


@pytest.mark.parametrize("minutes", [26, 31])
async def test_a_way_back_that_is_too_old_is_not_tried(
    desk: Desk, workspace: Workspace, clock: RunningClock, minutes: int
) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
    await decide(desk, case.id, response_url=way_back(workspace))
    clock.advance(minutes=minutes)
    async with delivering(desk):
        await delivered(desk.database)
    assert workspace.calls.all("response_url") == []
    assert workspace.messages("#moderation")[0].says("Reject · remove post")


@pytest.mark.parametrize("kind", ["error", "http_500", "timeout_before", "timeout_after"])
async def test_a_way_back_that_fails_is_made_up_for(
    desk: Desk, workspace: Workspace, kind: FaultKind
) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
        workspace.order_fault("response_url", kind, error="used_url")
        await decide(desk, case.id, response_url=way_back(workspace))
        assert await delivered(desk.database) == ["sent", "sent"]
    assert len(workspace.calls.all("chat.update")) == 1
    assert workspace.messages("#moderation")[0].says("Reject · remove post")


async def test_a_case_closed_before_its_turn_is_not_posted(
    desk: Desk, workspace: Workspace
) -> None:
    case = await unsure_case(desk)
    await desk.database.write(lambda tx: withdraw(tx, case.id, by="caller"))
    async with delivering(desk):
        assert await delivered(desk.database) == ["skipped"]
    assert workspace.messages("#moderation") == []
    [row] = await rows(desk.database)
    assert row.last_error == "the case is withdrawn already"


async def test_what_is_said_of_a_case_comes_in_order(desk: Desk, workspace: Workspace) -> None:
    case = await unsure_case(desk)
    await desk.database.write(lambda tx: add_note(tx, case.id, author="U0BEN", text="Seen it."))
    await decide(desk, case.id)
    other = await unsure_case(desk, "post-2")
    await desk.database.write(lambda tx: add_note(tx, other.id, author="U0BEN", text="Sarcasm?"))
    async with delivering(desk):
        # A card is posted as things are by then, and not at all for what needs none any more.
        assert await delivered(desk.database) == ["skipped", "sent"]
    [card] = workspace.messages("#moderation")
    assert card.says("Sarcasm?")


async def test_a_hand_over_is_said_under_the_card(desk: Desk, workspace: Workspace) -> None:
    case = await unsure_case(desk)
    use_case = desk.policy.use_case("content-moderation")
    await desk.database.write(
        lambda tx: hand_over(tx, case.id, by="U0ANA", to="U0BEN", use_case=use_case)
    )
    async with delivering(desk):
        assert await delivered(desk.database) == ["sent", "sent"]
    card, reply = workspace.messages("#moderation")
    assert reply.thread_ts == card.ts
    assert reply.says("<@U0ANA> asks <@U0BEN> to look at this case.")


async def test_a_card_that_is_gone_is_answered_in_words_or_let_be(
    desk: Desk, workspace: Workspace
) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
        [message] = workspace.state.messages("C0MOD")
        workspace.state.delete(message)
        await decide(desk, case.id)
        assert await delivered(desk.database) == ["sent", "skipped"]
    assert "thread is gone" in (await rows(desk.database))[1].last_error


@pytest.mark.parametrize("code", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_card_that_can_t_be_rewritten_gets_its_outcome_in_the_thread(
    desk: Desk, workspace: Workspace, code: str
) -> None:
    case = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
        workspace.order_fault("chat.update", "error", error=code)
        await decide(desk, case.id)
        assert await delivered(desk.database) == ["sent", "sent"]
    card, reply = workspace.messages("#moderation")
    assert reply.thread_ts == card.ts
    assert reply.says("Reject · remove post")


async def test_what_belongs_to_no_use_case_any_more_is_kept_and_told(
    desk: Desk, workspace: Workspace
) -> None:
    posted = await unsure_case(desk)
    async with delivering(desk):
        await delivered(desk.database)
    await desk.database.write(lambda tx: withdraw(tx, posted.id, by="caller"))
    await unsure_case(desk, "post-2")
    smaller = replace(desk, policy=Policy(use_cases={"spam": desk.policy.use_case("spam")}))
    async with delivering(smaller):
        assert await delivered(desk.database) == ["sent", "skipped", "dead"]
    assert len(workspace.messages("#moderation")) == 1
    last = (await rows(desk.database))[-1]
    assert last.last_error == "the policy has no use case content-moderation any more"
