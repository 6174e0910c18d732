"""A click decides once, for those who may, and everybody else is told in words."""

import asyncio
from dataclasses import replace

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.person import Person
from bot.sandbox.workspace import Workspace
from hitl.review import Submission
from hitl.routing import Prediction
from hitl.vocabulary import CaseState, Verdict
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


def scan() -> Submission:
    """A digit the AI takes for a 3."""
    scores = {"3": 0.62, "8": 0.21, "5": 0.11}
    return Submission(key="scan-1", fingerprint="scan", prediction=Prediction(scores))


@pytest.mark.parametrize(
    ("button", "verdict", "label"),
    [
        ("Approve · keep post", Verdict.APPROVE, "clean"),
        ("Reject · remove post", Verdict.REJECT, "violation"),
        ("Flag · keep and monitor", Verdict.FLAG, "clean"),
    ],
)
async def test_a_reviewers_click_decides(
    desk: Desk, people: People, button: str, verdict: Verdict, label: str
) -> None:
    case = await desk.submit(post())
    assert await people["ana"].click(await desk.show(case), button)
    outcome = (await desk.case(case.id)).outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.label, outcome.reviewer) == (verdict, label, "U0ANA")


async def test_choosing_another_label_is_a_rejection_with_that_label(
    desk: Desk, people: People
) -> None:
    case = await desk.submit(scan(), use_case="digits")
    card = await desk.show(case, channel="C0DIG")
    assert await people["ana"].choose(card, "reject_as", "8")
    outcome = (await desk.case(case.id)).outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.label) == (Verdict.REJECT, "8")


@pytest.mark.parametrize(("seconds", "ago"), [(12, "12 s ago"), (0, "just now")])
async def test_whoever_comes_second_is_told_who_won_and_what(
    desk: Desk, people: People, clock: Clock, seconds: int, ago: str
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    assert await people["ana"].click(card, "Reject · remove post")
    clock.advance(seconds=seconds)
    assert await people["ben"].click(card, "Approve · keep post")
    told = await people["ben"].wait_for_message("C0MOD", "Already decided")
    assert told.ephemeral
    assert told.text == f"Already decided: <@U0ANA> chose Reject · remove post {ago}."
    outcome = (await desk.case(case.id)).outcome
    assert outcome is not None
    assert outcome.reviewer == "U0ANA"


async def test_of_many_clicks_at_once_one_decides(desk: Desk, people: People) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    clicks = [("ana", "Approve · keep post"), ("ben", "Reject · remove post")] * 3
    assert all(await asyncio.gather(*(people[who].click(card, button) for who, button in clicks)))
    outcome = (await desk.case(case.id)).outcome
    assert outcome is not None
    assert outcome.revision == 1


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("chloe", "Only reviewers can decide here. Ask @moderators."),
        ("gus", "Guests can't decide here. Ask @moderators."),
        ("ali", "This app works for the workspace it is installed in only."),
    ],
)
async def test_who_may_not_decide_is_told_and_changes_nothing(
    desk: Desk, people: People, who: str, words: str
) -> None:
    case = await desk.submit(post())
    assert await people[who].click(await desk.show(case), "Approve · keep post")
    told = await people[who].wait_for_message("C0MOD", words)
    assert told.ephemeral
    assert (await desk.case(case.id)).state is CaseState.OPEN


async def test_the_members_of_the_channel_decide_where_the_policy_says_so(
    desk: Desk, people: People
) -> None:
    case = await desk.submit(scan(), use_case="digits")
    assert await people["dev"].click(await desk.show(case, channel="C0DIG"), "Approve · 3")
    assert (await desk.case(case.id)).state is CaseState.DECIDED


@pytest.mark.parametrize(
    "fault",
    [
        Fault(method="users.info", kind="error", error="ratelimited"),
        Fault(method="usergroups.users.list", kind="error", error="missing_scope"),
        Fault(method="usergroups.list", kind="delay", seconds=2.4),
    ],
)
async def test_nobody_decides_while_slack_cannot_say_who_they_are(
    desk: Desk, people: People, workspace: Workspace, fault: Fault
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    workspace.faults.order(fault)
    assert await people["ana"].click(card, "Approve · keep post")
    await people["ana"].wait_for_message("C0MOD", "I could not check who may do this")
    assert (await desk.case(case.id)).state is CaseState.OPEN


async def test_a_card_from_elsewhere_is_explained(desk: Desk, people: People) -> None:
    case = await desk.submit(post())
    card = await desk.show(replace(case, id=4_711), is_stored=False)
    assert await people["ana"].click(card, "Approve · keep post")
    await people["ana"].wait_for_message("C0MOD", "Case 4711 is not known here")


async def test_a_withdrawn_case_takes_no_decision(desk: Desk, people: People) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    await desk.withdraw(case)
    assert await people["ana"].click(card, "Approve · keep post")
    await people["ana"].wait_for_message("C0MOD", "was withdrawn")


async def test_a_case_shown_by_command_is_decided_in_place(desk: Desk, people: People) -> None:
    case = await desk.submit(post())
    await desk.show(case)
    ana = people["ana"]
    await ana.command(f"/hitl case {case.id}", channel="C0MOD")
    answer = await ana.wait_for_message("C0MOD", lambda message: message.ephemeral)
    assert await ana.click(answer, "Reject · remove post")
    await ana.wait_for_message("C0MOD", "✖ *Reject · remove post*")
    # The click came from a copy: delivery must not rewrite that copy instead of the card.
    assert await desk.response_urls() == [None]


async def test_a_click_on_the_card_leaves_its_way_back_to_delivery(
    desk: Desk, people: People
) -> None:
    case = await desk.submit(post())
    await people["ana"].click(await desk.show(case), "Reject · remove post")
    [way_back] = await desk.response_urls()
    assert way_back is not None
    assert "/sandbox/response/" in way_back


async def test_a_case_is_decided_from_the_list_of_waiting_cases(desk: Desk, people: People) -> None:
    case = await desk.submit(post())
    ana = people["ana"]
    assert await ana.shortcut("waiting_cases")
    listed = await ana.wait_for_view("1 case waiting")
    assert await ana.click(listed, "Show")
    shown = await ana.wait_for_view("May this post stay up?")
    assert await ana.click(shown, "Approve · keep post")
    await ana.wait_for_view("✔ *Approve · keep post*")
    assert (await desk.case(case.id)).state is CaseState.DECIDED


async def test_a_refusal_in_a_modal_is_shown_on_top_of_it(desk: Desk, people: People) -> None:
    await desk.submit(post())
    chloe = people["chloe"]
    await chloe.shortcut("waiting_cases")
    await chloe.click(await chloe.wait_for_view("1 case waiting"), "Show")
    await chloe.click(await chloe.wait_for_view("May this post"), "Approve · keep post")
    await chloe.wait_for_view("Only reviewers can decide here.")
