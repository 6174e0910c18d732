"""What members write under a card becomes a note; nothing else that Slack tells does."""

from typing import Any

import pytest

from bot.sandbox.faults import Fault
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from bot.slack.thread_events import is_by_a_program, typed
from hitl.cases import Case
from hitl.storage.slack_copies import Place, record_card_place
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


async def carded(desk: Desk) -> tuple[Case, SeenMessage]:
    """A case and its card, known to stand where it stands."""
    case = await desk.submit(post())
    card = await desk.show(case)
    place = Place(card.channel, card.ts)
    await desk.database.write(lambda tx: record_card_place(tx, case.id, place))
    return case, card


async def noted(desk: Desk, person: Person, case: Case, *texts: str) -> None:
    """Wait until the case's notes are these."""

    async def probe() -> bool:
        return [note.text for note in (await desk.case(case.id)).notes] == list(texts)

    await person.wait_for(probe)


def tell(workspace: Workspace, subtype: str, **event: Any) -> None:
    """What Slack sends about a message after it was posted."""
    inner = {"type": "message", "subtype": subtype, "channel": "C0MOD"} | event
    workspace.events.send(inner, subscription="message.channels")


async def reply(person: Person, card: SeenMessage, text: str) -> dict[str, Any]:
    """A reply under the card, as Slack tells of it later."""
    assert await person.post(card.channel, text, thread_ts=card.ts)
    sent = await person.wait_for_message(card.channel, text, thread_ts=card.ts)
    return {"user": person.id, "text": text, "ts": sent.ts, "thread_ts": card.ts}


async def test_a_members_reply_is_a_note_with_its_author(desk: Desk, people: People) -> None:
    case, card = await carded(desk)
    await reply(people["chloe"], card, "It quotes the post above.")
    await noted(desk, people["chloe"], case, "It quotes the post above.")
    [note] = (await desk.case(case.id)).notes
    assert note.author == "U0CHLOE"


async def test_an_edit_changes_the_note_and_a_deletion_removes_it(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    ana = people["ana"]
    case, card = await carded(desk)
    sent = await reply(ana, card, "Quote")
    await noted(desk, ana, case, "Quote")
    edited = sent | {"text": "A quote", "edited": {"user": ana.id, "ts": "1900000000.000100"}}
    tell(workspace, "message_changed", message=edited, previous_message=sent)
    await noted(desk, ana, case, "A quote")
    tell(workspace, "message_deleted", deleted_ts=sent["ts"], previous_message=edited)
    await noted(desk, ana, case)


async def test_guests_outsiders_and_other_messages_leave_no_note(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    ana = people["ana"]
    case, card = await carded(desk)
    await reply(people["gus"], card, "From a guest")
    await reply(people["ali"], card, "From elsewhere")
    await ana.post("C0MOD", "Beside the card")
    await desk.client.chat_postMessage(channel="C0MOD", text="By the app", thread_ts=card.ts)
    tell(workspace, "bot_message", bot_id="B1", text="A program", ts="1.1", thread_ts=card.ts)
    tell(workspace, "channel_join", user="U0ANA", text="joined", ts="1.2", thread_ts=card.ts)
    other = await ana.wait_for_message("C0MOD", "Beside the card")
    await reply(ana, other, "Under another message")
    await reply(ana, card, "The last one")
    await noted(desk, ana, case, "The last one")


async def test_a_note_that_could_not_be_kept_is_sent_again_by_slack(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    case, card = await carded(desk)
    workspace.faults.order(Fault(method="users.info", kind="error"))
    await reply(people["dev"], card, "Hear me")
    await noted(desk, people["dev"], case, "Hear me")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a &lt;b&gt; &amp;amp; c", "a <b> &amp; c"),
        ("<https://x.test/a?b=1&amp;c>", "https://x.test/a?b=1&c"),
        ("<https://x.test|see> this", "see (https://x.test) this"),
        ("<http://x.test|x.test>", "http://x.test"),
        ("<@U0ANA> <@U0BEN|ben> <#C1|news> <!here>", "@U0ANA @ben #news @here"),
    ],
)
def test_notes_read_as_they_were_typed(text: str, shown: str) -> None:
    assert typed(text) == shown


@pytest.mark.parametrize(
    ("event", "echo"),
    [
        ({"type": "message", "bot_id": "B1", "text": "A card"}, True),
        ({"type": "message", "subtype": "message_changed", "message": {"bot_id": "B1"}}, True),
        ({"type": "message", "user": "U0ANA", "text": "bot_id"}, False),
        ({"type": "message", "subtype": "message_deleted", "deleted_ts": "1.1"}, False),
        ({"type": "app_mention", "bot_id": "B1"}, False),
    ],
)
def test_what_programs_write_is_known_as_theirs(event: dict[str, object], *, echo: bool) -> None:
    assert is_by_a_program(event) is echo
