"""Somebody asks the submitter from a card or in review mode; the answer comes to the card."""

import pytest

from bot.sandbox.person import Person
from bot.slack import ids
from hitl.cases import Case
from hitl.review import take_reply
from tests.examples import post
from tests.slack.conftest import Desk
from tests.slack.test_review_mode import begin, flood

People = dict[str, Person]
ASK, BOTH = "Ask the submitter…", "Full text and history"
CALLER = "https://caller.example/told"


@pytest.fixture
async def case(desk: Desk) -> Case:
    return await desk.submit(post("asked", callback_url=CALLER))


async def test_a_question_stands_on_the_card_until_it_is_answered(
    desk: Desk, people: People, case: Case
) -> None:
    ana = people["ana"]
    await ana.choose(await desk.show(case), ids.MORE, ASK)
    assert await ana.submit(await ana.view(), {"What do you need to know?": "Posted <before>?"})
    card = await desk.show(await desk.case(case.id), is_stored=False)
    assert card.says("asked: Posted <before>?")
    assert card.says("The submitter has not answered yet")
    [question] = (await desk.case(case.id)).inquiries
    await desk.database.write(
        lambda tx: take_reply(
            tx, case.id, question.id, by="key 1", text="*Twice*", channel="#moderation"
        )
    )
    card = await desk.show(await desk.case(case.id), is_stored=False)
    assert card.says("The submitter: ")
    assert card.says("*Twice*")


async def test_text_and_history_are_one_choice_where_asking_is_possible(
    desk: Desk, people: People, case: Case
) -> None:
    ana = people["ana"]
    await ana.choose(await desk.show(case), ids.MORE, BOTH)
    view = await ana.view()
    assert view.says("You call that a risotto?")
    assert view.says("sent it: ")


async def test_asking_is_not_offered_where_nobody_would_hear(desk: Desk, case: Case) -> None:
    for each, is_offered in ((case, True), (await desk.submit(post()), False)):
        card = await desk.show(each)
        assert (ASK in str(card.blocks)) == is_offered


async def test_only_reviewers_ask(desk: Desk, people: People, case: Case) -> None:
    card = await desk.show(case)
    for who, words in (("chloe", "Only reviewers"), ("gus", "Guests can't"), ("ali", "workspace")):
        await people[who].choose(card, ids.MORE, ASK)
        await people[who].wait_for_message("C0MOD", words)
        assert await people[who].views() == []
    assert (await desk.case(case.id)).inquiries == ()


async def test_an_empty_question_keeps_the_form_open(
    desk: Desk, people: People, case: Case
) -> None:
    ana = people["ana"]
    await ana.choose(await desk.show(case), ids.MORE, ASK)
    form = await ana.view()
    await ana.submit(form, {"What do you need to know?": "   "})
    assert (await ana.view()).id == form.id
    assert (await desk.case(case.id)).inquiries == ()


async def test_in_review_mode_the_next_case_follows_and_the_first_returns_with_its_answer(
    desk: Desk, people: People, case: Case
) -> None:
    await flood(desk, 2)
    ana = people["ana"]
    await ana.click(await begin(ana), "Approve · keep post")
    await ana.click(await ana.view(), "Approve · keep post")
    view = await ana.view()
    assert view.says("Reply in r/cooking")
    await ana.choose(view, ids.MORE, ASK)
    await ana.submit(await ana.view(), {"What do you need to know?": "Posted before?"})
    after = await ana.view()
    assert after.id == view.id
    assert after.says(f"Asked about case {case.id}; it comes back to you with the answer.")
    assert after.says("Nothing is left for you.")
    [question] = (await desk.case(case.id)).inquiries
    await desk.database.write(
        lambda tx: take_reply(tx, case.id, question.id, by="key 1", text="Twice", channel=None)
    )
    await ana.click(after, "Look again")
    assert (await ana.view()).says("Twice")
