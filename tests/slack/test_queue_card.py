"""Reviewers are served the queue's cases one after the other, each on a card only they see."""

import asyncio
import re

import pytest
from sqlalchemy import select

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.slack.cards.queue_card import queue_card_message
from hitl.cases import Case
from hitl.reports.stats import queue
from hitl.review import withdraw
from hitl.storage.tables import reviews
from hitl.vocabulary import CaseState
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk
from tests.slack.test_deciding import scan

People = dict[str, Person]
START = "Start reviewing"
APPROVE, REJECT = "Approve · keep post", "Reject · remove post"


async def queue_card(
    desk: Desk, *, use_case: str = "content-moderation", channel: str = "C0MOD"
) -> SeenMessage:
    """The queue card as it stands in its channel, as delivery would post it."""
    waiting = await desk.database.read(lambda c: queue(c, use_case=use_case))
    card = queue_card_message(waiting, use_case=desk.use_case(use_case), is_open=True)
    posted = await desk.client.chat_postMessage(channel=channel, text=card.text, blocks=card.blocks)
    return next(m for m in await desk.viewer.messages(channel) if m.ts == posted["ts"])


async def flood(desk: Desk, number: int) -> list[Case]:
    """That many cases, the oldest first."""
    return [
        await desk.submit(post(f"post-{each}", title=f"Post no. {each}")) for each in range(number)
    ]


async def served(person: Person, title: str) -> SeenMessage:
    """The private card the person has been served."""
    found = await person.wait_for_message("C0MOD", lambda m: m.ephemeral and m.says(title))
    assert "Stop" in found.buttons
    return found


async def test_pressing_serves_the_case_that_waits_longest(desk: Desk, people: People) -> None:
    await flood(desk, 3)
    card = await queue_card(desk)
    assert card.says("3 cases waiting in content-moderation")
    assert await people["ana"].click(card, START)
    first = await served(people["ana"], "Post no. 0")
    assert first.says("Kept for you for 5 min · 2 more cases waiting")
    assert [m for m in await people["ben"].messages("C0MOD") if m.ephemeral] == []


async def test_a_decision_replaces_the_card_by_the_next(desk: Desk, people: People) -> None:
    first, second = await flood(desk, 2)
    await people["ana"].click(await queue_card(desk), START)
    shown = await served(people["ana"], "Post no. 0")
    assert await people["ana"].click(shown, APPROVE)
    after = await served(people["ana"], "Post no. 1")
    assert after.says("✔ *Approve · keep post* · label clean · Post no. 0")
    assert after.says("the last one")
    assert after.ts == shown.ts
    assert await people["ana"].click(after, REJECT)
    await people["ana"].wait_for_message("C0MOD", "Nothing is waiting. Thank you!")
    decided = [(await desk.case(case.id)).outcome for case in (first, second)]
    assert [outcome and outcome.label for outcome in decided] == ["clean", "violation"]


async def test_the_time_of_a_review_counts_from_when_its_card_was_served(
    desk: Desk, people: People, clock: Clock
) -> None:
    await flood(desk, 2)
    clock.advance(minutes=40)
    await people["ana"].click(await queue_card(desk), START)
    for title, seconds in (("Post no. 0", 9), ("Post no. 1", 4)):
        shown = await served(people["ana"], title)
        clock.advance(seconds=seconds)
        await people["ana"].click(shown, APPROVE)
    found = await desk.database.read(lambda c: c.execute(select(reviews.c.seconds)).all())
    assert [row.seconds for row in found] == [9, 4]


async def test_two_who_press_at_once_are_served_different_cases(desk: Desk, people: People) -> None:
    await flood(desk, 2)
    card = await queue_card(desk)
    await asyncio.gather(*(people[who].click(card, START) for who in ("ana", "ben")))
    shown = [
        await people[who].wait_for_message("C0MOD", lambda m: m.ephemeral and m.says("Kept"))
        for who in ("ana", "ben")
    ]
    titles = {found[0] for each in shown if (found := re.search(r"Post no\. \d", each.words))}
    assert titles == {"Post no. 0", "Post no. 1"}


async def test_whoever_presses_last_is_told_that_others_have_the_rest(
    desk: Desk, people: People
) -> None:
    await flood(desk, 1)
    card = await queue_card(desk)
    await people["ana"].click(card, START)
    await people["ben"].click(card, START)
    await people["ben"].wait_for_message("C0MOD", "1 case still waiting, and others are at it.")


async def test_whoever_comes_second_is_told_who_won_and_served_the_next(
    desk: Desk, people: People
) -> None:
    first, _ = await flood(desk, 2)
    own = await desk.show(first)
    await people["ana"].click(await queue_card(desk), START)
    shown = await served(people["ana"], "Post no. 0")
    await people["ben"].click(own, REJECT)
    assert await people["ana"].click(shown, APPROVE)
    after = await served(people["ana"], "Post no. 1")
    assert after.says("Already decided: <@U0BEN> chose Reject · remove post")
    outcome = (await desk.case(first.id)).outcome
    assert outcome is not None
    assert outcome.reviewer == "U0BEN"


async def test_a_card_whose_case_was_withdrawn_goes_on_to_the_next(
    desk: Desk, people: People
) -> None:
    first, _ = await flood(desk, 2)
    await people["ana"].click(await queue_card(desk), START)
    shown = await served(people["ana"], "Post no. 0")
    await desk.database.write(lambda tx: withdraw(tx, first.id, by="caller"))
    await people["ana"].click(shown, APPROVE)
    assert (await served(people["ana"], "Post no. 1")).says("was withdrawn")


async def test_stopping_leaves_the_case_to_others(desk: Desk, people: People) -> None:
    await flood(desk, 1)
    card = await queue_card(desk)
    await people["ana"].click(card, START)
    assert await people["ana"].click(await served(people["ana"], "Post no. 0"), "Stop")
    await people["ana"].wait_for_message("C0MOD", "Stopped; the case goes to somebody else.")
    await people["ben"].click(card, START)
    await served(people["ben"], "Post no. 0")


@pytest.mark.parametrize(
    ("who", "words"),
    [
        ("chloe", "Only reviewers can decide here. Ask @moderators."),
        ("gus", "Guests can't decide here. Ask @moderators."),
        ("ali", "This app works for the workspace it is installed in only."),
    ],
)
async def test_who_may_not_decide_is_served_nothing(
    desk: Desk, people: People, who: str, words: str
) -> None:
    [case] = await flood(desk, 1)
    card = await queue_card(desk)
    await people[who].click(card, START)
    await people[who].wait_for_message("C0MOD", words)
    assert [event for event, _, _ in await desk.events(case.id)] == ["submitted"]


async def test_a_rejection_with_a_label_goes_on_too(desk: Desk, people: People) -> None:
    case = await desk.submit(scan(), use_case="digits")
    card = await queue_card(desk, use_case="digits", channel="C0DIG")
    await people["ana"].click(card, START)
    shown = await people["ana"].wait_for_message("C0DIG", "Kept for you")
    assert await people["ana"].choose(shown, "reject_as", "8")
    await people["ana"].wait_for_message("C0DIG", "Nothing is waiting. Thank you!")
    assert (await desk.case(case.id)).state is CaseState.DECIDED
