"""A lead answers the question of the month, and asks for what a digest offers."""

from datetime import timedelta
from functools import partial

import pytest

from bot.policy import take
from bot.sandbox.person import Person
from bot.slack.cards.monthly import monthly_message
from bot.slack.cards.offer import offer_blocks
from hitl.policy import parse_policy
from hitl.reports.offers import offer_of
from hitl.review.monthly import Direction, ask_of_month, month_asked
from hitl.storage.policy_changes import Source
from hitl.storage.running_policy import stored_policy
from tests.conftest import MONDAY, Clock
from tests.reports.sample import store_sample
from tests.slack.conftest import INTENTS, POLICY, Desk

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


async def test_a_lead_asks_for_what_a_digest_offered(
    desk: Desk, people: People, clock: Clock
) -> None:
    use_case = desk.use_case("content-moderation")
    at = clock.now - timedelta(days=10)
    await desk.database.write(partial(store_sample, count=700, use_case=use_case, at=at))
    await take(desk.database, parse_policy(POLICY + INTENTS), by="file", source=Source.START)
    offer = await desk.database.read(partial(offer_of, use_case=use_case, now=clock.now))
    await desk.client.chat_postMessage(channel="C0MOD", text="offer", blocks=offer_blocks(offer))
    ana, ben = people["ana"], people["ben"]
    button = "Propose these thresholds"
    await ana.click(await ana.wait_for_message("C0MOD", "could stand"), button)
    await ana.wait_for_message("C0MOD", "Only leads can propose a policy")
    await ben.click(await ben.wait_for_message("C0MOD", "could stand"), button)
    await ben.wait_for_message("C0MOD", "These thresholds run from now on")
    stored = (await desk.database.read(stored_policy)).policy
    assert stored is not None
    assert (stored.use_case("content-moderation").labels["clean"].auto_at or 1) < 0.92
