"""A message under a card is one note, whatever Slack tells of it, how often and in which order."""

import asyncio
from collections.abc import Iterator
from itertools import permutations
from typing import Any

import pytest

from hitl.cases import Case
from hitl.review import Reply, forget_reply, note_reply, submit, withdraw
from hitl.storage.database import Database
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.slack_copies import Place
from hitl.storage.verification import first_break
from tests.conftest import Clock
from tests.examples import moderation, post

PLACE = Place("C0MOD", "1700000100.000100")


def reply(text: str = "A quotation", version: str = "", place: Place = PLACE) -> Reply:
    return Reply(place=place, author="U0ANA", text=text, version=version)


SENT = reply()
EDITED = reply("A quotation!", "1700000200.000100")
EDITED_AGAIN = reply("No quotation", "1700000300.000100")


@pytest.fixture
def replica(database_url: str, clock: Clock) -> Iterator[Database]:
    """A second process's way to the same database."""
    database = Database(database_url, clock=clock)
    yield database
    database.close()


async def open_case(database: Database) -> Case:
    case, _ = await database.write(lambda tx: submit(tx, post(), use_case=moderation(), draw=0.5))
    return case


async def hear(database: Database, case: Case, told: Reply | Place) -> bool:
    if isinstance(told, Place):
        return await database.write(lambda tx: forget_reply(tx, case.id, told))
    return await database.write(lambda tx: note_reply(tx, case.id, told))


async def notes(database: Database, case: Case) -> list[str]:
    return [note.text for note in (await stored(database, case)).notes]


async def stored(database: Database, case: Case) -> Case:
    return await database.read(lambda connection: case_by_id(connection, case.id))


async def events(database: Database, case: Case) -> list[tuple[str, str, Any]]:
    history = await database.read(lambda connection: case_history(connection, case.id))
    return [(event.type, event.actor, event.data) for event in history[1:]]


async def test_a_reply_is_one_note_however_often_it_is_told(
    database: Database, replica: Database
) -> None:
    case = await open_case(database)
    told = await asyncio.gather(*(hear(each, case, SENT) for each in (database, replica) * 6))
    assert sorted(told) == [False] * 11 + [True]
    assert await notes(database, case) == ["A quotation"]
    assert await events(database, case) == [("note_added", "U0ANA", {})]


async def test_two_replies_alike_are_two_notes(database: Database) -> None:
    case = await open_case(database)
    await hear(database, case, SENT)
    await hear(database, case, reply(place=Place("C0MOD", "1700000100.000200")))
    assert await notes(database, case) == ["A quotation", "A quotation"]


@pytest.mark.parametrize("order", list(permutations([SENT, EDITED, EDITED_AGAIN])))
async def test_the_latest_edit_stands_in_whatever_order_edits_are_told(
    database: Database, order: tuple[Reply, ...]
) -> None:
    case = await open_case(database)
    for told in order:
        await hear(database, case, told)
    assert await notes(database, case) == ["No quotation"]


@pytest.mark.parametrize("order", list(permutations([SENT, EDITED, PLACE])))
async def test_a_deleted_reply_stays_deleted_in_whatever_order_it_is_told(
    database: Database, order: tuple[Reply | Place, ...]
) -> None:
    case = await open_case(database)
    for told in order:
        await hear(database, case, told)
    assert await notes(database, case) == []
    assert await hear(database, case, PLACE) is False


async def test_each_change_is_an_event_and_shows_on_the_card(
    database: Database, clock: Clock
) -> None:
    case = await open_case(database)
    for told in (SENT, EDITED, PLACE):
        clock.advance(minutes=1)
        assert await hear(database, case, told)
        assert await database.read(first_break) is None
    assert await events(database, case) == [
        ("note_added", "U0ANA", {}),
        ("note_changed", "U0ANA", {}),
        ("note_removed", "slack", {"author": "U0ANA"}),
    ]


async def test_a_withdrawn_case_takes_replies_too(database: Database) -> None:
    case = await open_case(database)
    await database.write(lambda tx: withdraw(tx, case.id, by="caller"))
    assert await hear(database, case, SENT)
