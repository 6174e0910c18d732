"""A slip can be taken back at once by whoever made it."""

from bot.sandbox.faults import Fault
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.sandbox.workspace import Workspace
from bot.slack import ids
from hitl.vocabulary import CaseState
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


async def offered(desk: Desk, person: Person) -> SeenMessage:
    """What a person is told who has just rejected a new case."""
    case = await desk.submit(post())
    assert await person.click(await desk.show(case), "Reject · remove post")
    return await person.wait_for_message("C0MOD", "You chose")


async def test_whoever_decides_is_told_what_they_chose_and_alone_sees_it(
    desk: Desk, people: People
) -> None:
    told = await offered(desk, people["ana"])
    assert told.ephemeral
    assert told.says("You chose *Reject · remove post* for “Reply in r/cooking”.")
    assert told.says("You can undo this for 2 min")
    assert not any(message.says("You chose") for message in await people["ben"].messages("C0MOD"))


async def test_nobody_waits_for_the_telling(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    case = await desk.submit(post())
    card = await desk.show(case)
    held = Fault(method="response_url", kind="delay", seconds=0.3)
    workspace.faults.order(held)
    assert await people["ana"].click(card, "Reject · remove post")
    assert (await desk.case(case.id)).state is CaseState.DECIDED
    assert not any(m.says("You chose") for m in await people["ana"].messages("C0MOD"))
    await people["ana"].wait_for_message("C0MOD", "You chose")


async def test_undo_beside_it_opens_the_case_again(desk: Desk, people: People) -> None:
    told = await offered(desk, people["ana"])
    assert await people["ana"].click(told, "Undo")
    case = await desk.case(1)
    assert (case.state, case.outcome) == (CaseState.OPEN, None)
    replaced = await people["ana"].wait_for_message("C0MOD", "Undone: case 1")
    assert not replaced.says("You chose")


async def test_too_late_nothing_is_undone_and_they_are_told(
    desk: Desk, people: People, clock: Clock
) -> None:
    told = await offered(desk, people["ana"])
    clock.advance(minutes=3)
    await people["ana"].click(told, "Undo")
    await people["ana"].wait_for_message("C0MOD", "can't be undone: that is possible for 2m only")
    assert (await desk.case(1)).state is CaseState.DECIDED


async def test_the_card_offers_it_too_and_refuses_everyone_else(desk: Desk, people: People) -> None:
    await offered(desk, people["ana"])
    card = await desk.show(await desk.case(1))
    await people["ben"].choose(card, ids.MORE, "Undo")
    await people["ben"].wait_for_message("C0MOD", "can't be undone: somebody else decided it")
    assert (await desk.case(1)).state is CaseState.DECIDED
    assert await people["ana"].choose(card, ids.MORE, "Undo")
    assert (await desk.case(1)).state is CaseState.OPEN
    await people["ana"].wait_for_message("C0MOD", "Undone: case 1")


async def test_the_history_tells_of_it(desk: Desk, people: People) -> None:
    told = await offered(desk, people["ana"])
    await people["ana"].click(told, "Undo")
    await people["ana"].choose(await desk.show(await desk.case(1)), ids.MORE, "History")
    shown = await people["ana"].wait_for_view("History of case 1")
    assert shown.says("<@U0ANA> took that back: reject, label violation")
