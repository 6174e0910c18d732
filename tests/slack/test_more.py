"""Notes, hand-overs, withdrawals and history: rarer than deciding, checked as strictly."""

import pytest

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenView
from bot.slack import ids
from hitl.routing import Prediction
from hitl.vocabulary import CaseState
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


async def form(desk: Desk, person: Person, wanted: str) -> SeenView:
    """The modal that a choice under More opens on a new case."""
    case = await desk.submit(post())
    assert await person.choose(await desk.show(case), ids.MORE, wanted)
    return await person.wait_for_view()


async def test_a_note_is_kept_with_its_author(desk: Desk, people: People) -> None:
    view = await form(desk, people["ana"], "Add a note…")
    assert await people["ana"].submit(view, {"Note": " It quotes the post above. "})
    [note] = (await desk.case(1)).notes
    assert (note.author, note.text) == ("U0ANA", "It quotes the post above.")
    assert not await people["ana"].views()


async def test_an_empty_note_is_sent_back(desk: Desk, people: People) -> None:
    view = await form(desk, people["ana"], "Add a note…")
    answer = await people["ana"].submit(view, {"Note": "  "})
    assert answer.errors == {"note_form:1": "Write something first."}
    assert not (await desk.case(1)).notes


async def test_a_case_is_handed_to_a_reviewer(desk: Desk, people: People) -> None:
    view = await form(desk, people["ana"], "Hand over…")
    assert await people["ana"].submit(view, {"Who should decide?": "U0BEN"})
    assert (await desk.events(1))[-1] == ("handed_over", "U0ANA", {"to": "U0BEN"})


async def test_a_case_is_not_handed_to_someone_who_may_not_decide(
    desk: Desk, people: People
) -> None:
    view = await form(desk, people["ana"], "Hand over…")
    answer = await people["ana"].submit(view, {"Who should decide?": "U0CHLOE"})
    assert answer.errors == {"hand_over_form:1": "They may not decide this case."}
    assert [event for event, *_ in await desk.events(1)] == ["submitted"]


async def test_a_lead_withdraws_with_a_reason(desk: Desk, people: People) -> None:
    view = await form(desk, people["ben"], "Withdraw…")
    assert await people["ben"].submit(view, {"Reason": "Deleted by its author"})
    case = await desk.case(1)
    assert case.state is CaseState.WITHDRAWN
    assert [note.text for note in case.notes] == ["Deleted by its author"]


async def test_where_there_are_leads_a_reviewer_does_not_withdraw(
    desk: Desk, people: People
) -> None:
    case = await desk.submit(post())
    await people["ana"].choose(await desk.show(case), ids.MORE, "Withdraw…")
    await people["ana"].wait_for_message("C0MOD", "Only leads can withdraw cases here. Ask @leads.")
    assert not await people["ana"].views()


async def test_a_form_kept_open_is_refused_once_the_case_is_decided(
    desk: Desk, people: People
) -> None:
    view = await form(desk, people["ben"], "Withdraw…")
    card = await desk.show(await desk.case(1))
    await people["ana"].click(card, "Approve · keep post")
    await people["ben"].submit(view, {})
    await people["ben"].wait_for_view("<@U0ANA> chose Approve · keep post")
    assert (await desk.case(1)).state is CaseState.DECIDED


async def test_whoever_may_not_decide_gets_no_note_form(desk: Desk, people: People) -> None:
    case = await desk.submit(post())
    await people["chloe"].choose(await desk.show(case), ids.MORE, "Add a note…")
    await people["chloe"].wait_for_message("C0MOD", "Only reviewers can decide here.")
    assert not await people["chloe"].views()


async def test_the_history_tells_who_did_what(desk: Desk, people: People) -> None:
    ana = people["ana"]
    case = await desk.submit(post())
    card = await desk.show(case)
    await ana.choose(card, ids.MORE, "Add a note…")
    await ana.submit(await ana.wait_for_view("Note"), {"Note": "A quotation"})
    await ana.click(card, "Reject · remove post")
    await ana.choose(card, ids.MORE, "History")
    shown = await ana.wait_for_view("History of case 1")
    assert shown.says("caller sent it: violation 70 % is under its 87 % threshold")
    assert shown.says("<@U0ANA> noted: A quotation")
    assert shown.says("<@U0ANA> decided: reject, label violation")


async def test_the_full_text_is_whole(desk: Desk, people: People) -> None:
    words = " ".join(f"word{n}" for n in range(2_000))
    case = await desk.submit(post(text=words))
    card = await desk.show(case)
    assert not card.says("word1999")
    await people["chloe"].choose(card, ids.MORE, "Full text")
    assert (await people["chloe"].wait_for_view("Full text")).says("word1999")


@pytest.mark.parametrize("wanted", ["Full text", "History"])
async def test_guests_do_not_look_behind_a_card(desk: Desk, people: People, wanted: str) -> None:
    case = await desk.submit(post())
    await people["gus"].choose(await desk.show(case), ids.MORE, wanted)
    await people["gus"].wait_for_message("C0MOD", "Only full members of this workspace")
    assert not await people["gus"].views()


async def test_labels_beyond_the_card_are_chosen_in_a_form(desk: Desk, people: People) -> None:
    ana = people["ana"]
    case = await desk.submit(post(prediction=Prediction({"intent 0": 0.5})), use_case="intents")
    card = await desk.show(case)
    assert await ana.choose(card, ids.REJECT_AS, "Another label…")
    view = await ana.wait_for_view("Which label is right?")
    assert await ana.submit(view, {"Which label is right?": f"{case.id}:intent 250"})
    outcome = (await desk.case(case.id)).outcome
    assert outcome is not None
    assert outcome.label == "intent 250"
