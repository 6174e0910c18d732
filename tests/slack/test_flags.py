"""A flagged case offers to clear its flag, to those who may decide; a command lists them all."""

import pytest

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


async def flagged(desk: Desk, people: People) -> SeenMessage:
    """The card of a flagged case."""
    case = await desk.submit(post())
    await people["ana"].click(await desk.show(case), "Flag · keep and monitor")
    return await desk.show(await desk.case(case.id))


async def test_a_reviewer_clears_a_flag(desk: Desk, people: People) -> None:
    card = await flagged(desk, people)
    assert await people["ben"].click(card, "Clear flag")
    case = await desk.case(1)
    assert case.outcome is not None
    assert not case.outcome.flagged
    assert (await desk.events(1))[-1] == ("flag_cleared", "U0BEN", {"label": "clean"})
    cleared = await desk.show(case)
    assert cleared.says("Flag · keep and monitor")
    assert not cleared.says("Clear flag")


async def test_whoever_may_not_decide_does_not_clear(desk: Desk, people: People) -> None:
    await people["chloe"].click(await flagged(desk, people), "Clear flag")
    await people["chloe"].wait_for_message("C0MOD", "Only reviewers can decide here.")
    assert (await desk.events(1))[-1][0] == "decided"


async def test_a_reviewer_who_is_no_lead_turns_a_flag_with_a_reason(
    desk: Desk, people: People
) -> None:
    ana = people["ana"]
    assert await ana.click(await flagged(desk, people), "Turn to violation…")
    view = await ana.wait_for_view("What is right?")
    assert await ana.submit(view, {"What is right?": "1:violation", "Reason": "Seen again"})
    outcome = (await desk.case(1)).outcome
    assert outcome is not None
    assert (outcome.label, outcome.reviewer, outcome.flagged) == ("violation", "U0ANA", False)


async def test_once_the_flag_is_gone_only_leads_overrule(desk: Desk, people: People) -> None:
    ana = people["ana"]
    card = await flagged(desk, people)
    await ana.click(card, "Turn to violation…")
    view = await ana.wait_for_view("What is right?")
    await people["ben"].click(card, "Clear flag")
    await ana.submit(view, {"What is right?": "1:violation", "Reason": "Seen again"})
    await ana.wait_for_view("Only leads can overrule decisions here.")
    assert (await desk.events(1))[-1][0] == "flag_cleared"


async def test_whoever_may_not_decide_gets_no_form_to_turn(desk: Desk, people: People) -> None:
    await people["chloe"].click(await flagged(desk, people), "Turn to violation…")
    await people["chloe"].wait_for_message("C0MOD", "Only reviewers can decide here.")
    assert not await people["chloe"].views()


async def test_a_flag_that_is_gone_is_said_to_be(desk: Desk, people: People) -> None:
    card = await flagged(desk, people)
    await people["ana"].click(card, "Clear flag")
    await people["ben"].click(card, "Clear flag", stale=True)
    await people["ben"].wait_for_message("C0MOD", "Case 1 is not flagged any more.")


async def test_flagged_cases_are_listed_and_shown(desk: Desk, people: People, clock: Clock) -> None:
    chloe = people["chloe"]
    await flagged(desk, people)
    clock.advance(hours=30)
    await chloe.command("/hitl queue flagged", channel="C0MOD")
    listed = await chloe.wait_for_message("C0MOD", "1 · Reply in r/cooking · flagged 1 d 6 h ago")
    assert listed.says("content-moderation* · 1 flagged case")
    await chloe.click(listed, "Show")
    await chloe.wait_for_message("C0MOD", lambda seen: seen.ephemeral and seen.says("Clear flag"))


@pytest.mark.usefixtures("desk")
async def test_where_nothing_is_watched_that_is_said(people: People) -> None:
    await people["dev"].command("/hitl queue flagged", channel="C0MOD")
    await people["dev"].wait_for_message("C0MOD", "No flagged case is being watched.")


@pytest.mark.usefixtures("desk")
async def test_the_queue_takes_no_other_word(people: People) -> None:
    await people["dev"].command("/hitl queue red", channel="C0MOD")
    await people["dev"].wait_for_message("C0MOD", "Write /hitl queue, or /hitl queue flagged")
