"""``/hitl`` answers whoever typed it, and helps where it was not understood."""

import pytest
from sqlalchemy import select

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from hitl.storage.tables import outbox
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


async def answer(person: Person, line: str, says: str) -> SeenMessage:
    """What only this person sees after the command, once it says something."""
    assert await person.command(line, channel="C0MOD")
    found = await person.wait_for_message("C0MOD", says)
    assert found.ephemeral
    return found


async def test_stats_of_one_use_case_say_when_there_is_too_little(
    desk: Desk, people: People, clock: Clock
) -> None:
    await desk.submit(post())
    clock.advance(minutes=12)
    told = await answer(people["dev"], "/hitl stats content-moderation", "last 7 days")
    assert told.says("Escalation: not enough yet (1 of 30 predictions)")
    assert told.says("1 case waiting, the oldest for 12 min")


@pytest.mark.usefixtures("desk")
async def test_stats_of_every_use_case_take_two_lines_each(people: People) -> None:
    told = await answer(people["dev"], "/hitl stats 24h", "Every use case · last 24 hours")
    assert told.says("*content-moderation* · Nothing is waiting")
    assert told.says("*digits*")


@pytest.mark.usefixtures("desk")
@pytest.mark.parametrize(
    ("line", "help_given"),
    [
        ("/hitl stats content-moderaton", 'Did you mean "content-moderation"?'),
        ("/hitl stats yesterday", "Windows: hours, days or weeks, as in 24h, 7d, 4w."),
        ("/hitl stats 53w", "the longest windows are 366d and 52w"),
        ("/hitl stat", 'Did you mean "stats"?'),
        ("/hitl case forty-one", "/hitl case 41"),
        ("/hitl stats payload", "content-moderation"),
        ("/hitl", "A case is something an AI was unsure of."),
        ("/hitl help", "stats [use case] [window]"),
    ],
)
async def test_what_is_not_understood_is_answered_with_what_would_be(
    people: People,
    line: str,
    help_given: str,
) -> None:
    await answer(people["dev"], line, help_given)


@pytest.mark.usefixtures("desk")
async def test_an_unknown_case_is_said_to_be_unknown(
    people: People,
) -> None:
    await answer(people["dev"], "/hitl case 12", "Case 12 is not known here")


async def test_the_queue_lists_the_longest_waiting_first_and_shows_each(
    desk: Desk, people: People, clock: Clock
) -> None:
    await desk.submit(post("post-1", title="The older one"))
    clock.advance(minutes=5)
    await desk.submit(post("post-2", title="The newer one"))
    told = await answer(people["dev"], "/hitl queue", "2 cases waiting, the oldest for 5 min")
    assert told.words.index("The older one") < told.words.index("The newer one")
    assert await people["dev"].click(told, "Show")
    shown = await people["dev"].wait_for_message("C0MOD", "You call that a risotto?")
    assert shown.ephemeral


@pytest.mark.usefixtures("desk")
async def test_an_empty_queue_says_so(
    people: People,
) -> None:
    await answer(people["dev"], "/hitl queue", "Nothing is waiting.")


async def test_guests_are_told_nothing(desk: Desk, people: People) -> None:
    await desk.submit(post())
    told = await answer(people["gus"], "/hitl queue", "Only full members")
    assert not told.says("risotto")


async def test_guests_see_no_list_of_cases(desk: Desk, people: People) -> None:
    await desk.submit(post())
    await people["gus"].shortcut("waiting_cases")
    shown = await people["gus"].wait_for_view("Only full members")
    assert not shown.says("risotto")


async def test_home_shows_what_waits_and_is_refreshed(
    desk: Desk, people: People, clock: Clock
) -> None:
    ana = people["ana"]
    await ana.open_home()
    home = await ana.wait_for_home("Nothing is waiting")
    await desk.submit(post())
    clock.advance(minutes=3)
    assert await ana.click(home, "Refresh")
    home = await ana.wait_for_home("1 case waits for you")
    assert home.says("1 case waiting, the oldest for 3 min")
    assert await ana.click(home, "Waiting cases")
    await ana.wait_for_view("Reply in r/cooking")


async def test_home_is_closed_to_guests(desk: Desk, people: People) -> None:
    await desk.submit(post())
    await people["gus"].open_home()
    await people["gus"].wait_for_home("Only full members")


async def test_a_digest_is_shown_to_whoever_asks_alone(desk: Desk, people: People) -> None:
    await desk.submit(post())
    told = await answer(people["dev"], "/hitl digest content-moderation", "The week of")
    assert told.says("The week before")


async def test_only_leads_post_a_digest(desk: Desk, people: People) -> None:
    await answer(people["ana"], "/hitl digest content-moderation post", "Only leads can post")
    await answer(people["ben"], "/hitl digest content-moderation post", "goes to #moderation")
    kinds = await desk.database.read(lambda c: c.execute(select(outbox.c.kind)).scalars().all())
    assert list(kinds) == ["digest"]


@pytest.mark.usefixtures("desk")
async def test_a_digest_needs_a_use_case_where_there_are_several(people: People) -> None:
    await answer(people["dev"], "/hitl digest", "Write which use case")
