"""Two people look without seeing each other's votes; adjudicators end what they dispute."""

import pytest

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenView
from bot.slack import ids
from hitl.policy import Policy, parse_policy
from hitl.vocabulary import CaseState, Verdict
from tests.examples import post
from tests.slack.conftest import POLICY, Desk

People = dict[str, Person]


@pytest.fixture
def policy() -> Policy:
    careful = 'reviews_needed = 2\nadjudicators = ["U0CHLOE", "U0ANA"]\n'
    return parse_policy(POLICY.replace("costs =", careful + "costs =", 1))


async def votes(desk: Desk, people: People, *said: tuple[str, str]) -> None:
    """A new case, and votes pressed on its card as it stands each time."""
    await desk.submit(post())
    for who, button in said:
        assert await people[who].click(await desk.show(await desk.case(1)), button)


ANA, BEN = ("ana", "Reject · remove post"), ("ben", "Approve · keep post")


async def test_a_first_vote_is_counted_on_the_card_and_shown_to_nobody(
    desk: Desk, people: People
) -> None:
    await votes(desk, people, ANA)
    card = await desk.show(await desk.case(1))
    assert card.says("*1 of 2 votes* are in")
    assert not card.says("U0ANA")
    told = await people["ana"].wait_for_message("C0MOD", "Your vote on")
    assert told.ephemeral
    assert told.says("1 other person must look, too")
    await people["ben"].choose(card, ids.MORE, "History")
    history = await people["ben"].wait_for_view("History of case 1")
    assert history.says("<@U0ANA> voted")
    assert not history.says("reject")


async def test_a_first_vote_is_taken_back(desk: Desk, people: People) -> None:
    await votes(desk, people, ANA)
    told = await people["ana"].wait_for_message("C0MOD", "Your vote on")
    assert await people["ana"].click(told, "Undo")
    assert (await desk.case(1)).votes == 0
    await people["ana"].wait_for_message("C0MOD", "Undone: case 1")


async def test_a_second_vote_of_the_same_person_is_refused(desk: Desk, people: People) -> None:
    await votes(desk, people, ANA, ANA)
    await people["ana"].wait_for_message("C0MOD", "already voted on case 1; another person must")
    assert (await desk.case(1)).state is CaseState.OPEN


async def test_two_who_agree_decide_and_then_the_votes_are_told(desk: Desk, people: People) -> None:
    await votes(desk, people, ANA, ("ben", ANA[1]))
    case = await desk.case(1)
    assert case.state is CaseState.DECIDED
    await people["ben"].choose(await desk.show(case), ids.MORE, "History")
    history = await people["ben"].wait_for_view("History of case 1")
    assert history.says("<@U0ANA> voted: reject, label violation")


async def adjudication(desk: Desk, people: People) -> SeenView:
    await votes(desk, people, ANA, BEN)
    card = await desk.show(await desk.case(1))
    assert card.says("*Disputed*")
    assert card.says("<@U0CHLOE> or <@U0ANA> decides")
    assert await people["chloe"].click(card, "Adjudicate…")
    return await people["chloe"].wait_for_view("chose")


async def test_an_adjudicator_sees_both_votes_and_settles(desk: Desk, people: People) -> None:
    view = await adjudication(desk, people)
    assert view.says("<@U0ANA> chose *Reject · remove post*")
    assert view.says("<@U0BEN> chose *Approve · keep post*")
    said = {"What is right?": "Approve · keep post", "Note": "It is a quote."}
    assert await people["chloe"].submit(view, said)
    outcome = (await desk.case(1)).outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.reviewer) == (Verdict.APPROVE, "U0CHLOE")
    assert outcome.note == "It is a quote."
    shown = await people["chloe"].wait_for_view("by <@U0CHLOE>")
    assert not shown.says("chose")


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("ben", "Only adjudicators can do this. Ask <@U0CHLOE> or <@U0ANA>."),
        ("ana", "You have voted on this case: somebody else must settle it."),
        ("gus", "Guests can't adjudicate here."),
    ],
)
async def test_nobody_else_is_shown_the_votes(
    desk: Desk, people: People, who: str, words: str
) -> None:
    await votes(desk, people, ANA, BEN)
    await people[who].click(await desk.show(await desk.case(1)), "Adjudicate…")
    await people[who].wait_for_message("C0MOD", words)
    assert not await people[who].views()


async def test_a_verdict_from_an_older_card_does_not_settle_a_dispute(
    desk: Desk, people: People
) -> None:
    await desk.submit(post())
    card = await desk.show(await desk.case(1))
    for who, button in (ANA, BEN):
        await people[who].click(card, button)
    await people["ben"].click(card, "Reject · remove post")
    await people["ben"].wait_for_message("C0MOD", "Reviewers disagree on case 1")
    assert (await desk.case(1)).state is CaseState.DISPUTED


async def test_adjudicators_may_overrule(desk: Desk, people: People) -> None:
    await votes(desk, people, ANA, ("ben", ANA[1]))
    await people["chloe"].choose(await desk.show(await desk.case(1)), ids.MORE, "Overrule…")
    assert await people["chloe"].wait_for_view("What is right?")


async def test_review_mode_says_that_a_vote_is_stored_and_goes_on(
    desk: Desk, people: People
) -> None:
    await desk.submit(post())
    assert await people["ana"].command("/hitl review content-moderation", channel="C0MOD")
    view = await people["ana"].wait_for_view("risotto")
    assert await people["ana"].click(view, "Reject · remove post")
    after = await people["ana"].wait_for_view("*Vote stored*")
    assert after.says("1 of 2 votes")
    assert not after.says("Withdrawn")
