"""A deadline lets others decide from its moment on, and is named where it decided."""

import pytest

from bot.sandbox.person import Person
from bot.scheduler.deadlines import take_due_steps
from bot.slack import ids
from hitl.policy import Policy, parse_policy
from hitl.vocabulary import CaseState
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import POLICY, Desk

People = dict[str, Person]
DEADLINE = """
[use_cases.content-moderation.deadline]
remind = ["30m"]
hand_over = [{ after = "1h", to = "U0CHLOE" }, { after = "2h", to = "@nobody" }]
due = "4h"
then = "ai"
"""


@pytest.fixture
def policy() -> Policy:
    return parse_policy(POLICY + DEADLINE)


async def test_others_decide_once_the_case_was_handed_to_them_and_not_before(
    desk: Desk, people: People, clock: Clock
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    clock.advance(minutes=59)
    await people["chloe"].click(card, "Approve · keep post")
    await people["chloe"].wait_for_message("C0MOD", "Only reviewers can decide here.")
    assert (await desk.case(case.id)).state is CaseState.OPEN
    clock.advance(minutes=1)
    await people["dev"].click(card, "Approve · keep post")
    await people["dev"].wait_for_message("C0MOD", "Ask @moderators or <@U0CHLOE>.")
    assert await people["chloe"].click(card, "Approve · keep post")
    outcome = (await desk.case(case.id)).outcome
    assert outcome is not None
    assert outcome.reviewer == "U0CHLOE"


async def test_a_case_can_be_given_to_someone_it_was_handed_to(
    desk: Desk, people: People, clock: Clock
) -> None:
    case = await desk.submit(post())
    clock.advance(hours=1)
    await people["chloe"].choose(await desk.show(case), ids.MORE, "Hand over…")
    view = await people["chloe"].wait_for_view()
    assert await people["chloe"].submit(view, {"Who should decide?": "U0CHLOE"})
    assert (await desk.events(case.id))[-1] == ("handed_over", "U0CHLOE", {"to": "U0CHLOE"})


async def test_reviewers_decide_whatever_is_wrong_with_whom_it_was_handed_to(
    desk: Desk, people: People, clock: Clock
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    clock.advance(hours=2)
    await people["dev"].click(card, "Approve · keep post")
    await people["dev"].wait_for_message("C0MOD", "There is no user group @nobody")
    assert await people["ana"].click(card, "Approve · keep post")
    assert (await desk.case(case.id)).state is CaseState.DECIDED


async def test_whoever_clicks_after_the_deadline_reads_that_it_decided(
    desk: Desk, people: People, clock: Clock
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    clock.advance(hours=4)
    await take_due_steps(desk.database, desk.policy)
    clock.advance(seconds=12)
    await people["ana"].click(card, "Approve · keep post")
    told = await people["ana"].wait_for_message("C0MOD", "Already decided")
    assert told.text == "Already decided: the deadline chose Reject · remove post 12 s ago."


async def test_the_history_tells_what_the_deadline_did(
    desk: Desk, people: People, clock: Clock
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    for minutes in (30, 30, 180):
        clock.advance(minutes=minutes)
        await take_due_steps(desk.database, desk.policy)
    await people["ana"].choose(card, ids.MORE, "History")
    shown = await people["ana"].wait_for_view("History of case 1")
    assert shown.says("deadline reminded @moderators")
    assert shown.says("deadline handed it over to <@U0CHLOE>")
    assert shown.says("deadline decided: reject, label violation")


async def test_the_card_says_when_it_is_due_and_who_was_asked_since(
    desk: Desk, clock: Clock
) -> None:
    case = await desk.submit(post())
    shown = await desk.show(case)
    assert shown.says(f"due <!date^{int(clock.now.timestamp()) + 4 * 3600}^")
    assert "Due in 4 h." in shown.text
    clock.advance(hours=1)
    shown = await desk.show(case)
    assert shown.says("handed to <@U0CHLOE>")
    assert "Due in 3 h. Handed to <@U0CHLOE>." in shown.text
    clock.advance(hours=3)
    assert (await desk.show(case)).says("*overdue*")
