"""A lead answers the question of the month, once."""

from datetime import timedelta
from functools import partial

import pytest

from bot.sandbox.person import Person
from bot.slack.cards.monthly import monthly_message
from hitl.review.monthly import Direction, ask_of_month, month_asked
from tests.conftest import MONDAY
from tests.slack.conftest import Desk

People = dict[str, Person]


@pytest.fixture
async def question(desk: Desk) -> int:
    """Asked and posted."""
    use_case = desk.use_case("content-moderation")
    since = MONDAY - timedelta(days=30)
    ask = partial(ask_of_month, use_case=use_case, month="2026-10", since=since, until=MONDAY)
    number = await desk.database.write(ask)
    assert number is not None
    asked = await desk.database.read(partial(month_asked, question_id=number))
    message = monthly_message(asked, before=None)
    await desk.client.chat_postMessage(channel="C0MOD", text=message.text, blocks=message.blocks)
    return number


async def test_a_lead_decides_and_it_is_kept(desk: Desk, people: People, question: int) -> None:
    ben = people["ben"]
    await ben.click(await ben.wait_for_message("C0MOD", "are we good?"), "Invest in the model")
    shown = await ben.wait_for_message("C0MOD", "says <@U0BEN>")
    assert shown.says("Invest in the model")
    kept = await desk.database.read(partial(month_asked, question_id=question))
    assert (kept.decision, kept.decided_by) == (Direction.INVEST, "U0BEN")


async def test_others_are_refused(desk: Desk, people: People, question: int) -> None:
    ana = people["ana"]
    await ana.click(await ana.wait_for_message("C0MOD", "are we good?"), "We are good")
    await ana.wait_for_message("C0MOD", "Only leads can answer for the month")
    kept = await desk.database.read(partial(month_asked, question_id=question))
    assert kept.decision is None


async def test_the_first_answer_stands(desk: Desk, people: People, question: int) -> None:
    ben = people["ben"]
    message = await ben.wait_for_message("C0MOD", "are we good?")
    await ben.click(message, "We are good")
    await ben.wait_for_message("C0MOD", "We are good")
    await ben.click(message, "Invest in the model")
    kept = await desk.database.read(partial(month_asked, question_id=question))
    assert kept.decision is Direction.GOOD
