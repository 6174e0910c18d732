"""A lead overrules from the card, with a reason; whoever decided is told."""

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenView
from bot.slack import ids
from hitl.vocabulary import CaseState, Verdict
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]


async def decided_card(desk: Desk, people: People, *, button: str = "Reject · remove post") -> None:
    case = await desk.submit(post())
    assert await people["ana"].click(await desk.show(case), button)


async def form(desk: Desk, person: Person) -> SeenView:
    card = await desk.show(await desk.case(1))
    assert await person.choose(card, ids.MORE, "Overrule…")
    return await person.wait_for_view("What is right?")


async def test_a_lead_overrules_with_a_reason(desk: Desk, people: People) -> None:
    await decided_card(desk, people)
    view = await form(desk, people["ben"])
    assert view.says("Stands now: Reject · remove post, by <@U0ANA>")
    given = {"What is right?": "1:clean", "Reason": "It quotes a film."}
    assert await people["ben"].submit(view, given)
    outcome = (await desk.case(1)).outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.reviewer) == (Verdict.APPROVE, "U0BEN")
    card = await desk.show(await desk.case(1))
    assert card.says("*Approve · keep post*")
    assert card.says("overrules Reject · remove post, by <@U0ANA>")
    assert card.says("It quotes a film.")


async def test_a_reason_of_blanks_is_sent_back(desk: Desk, people: People) -> None:
    await decided_card(desk, people)
    view = await form(desk, people["ben"])
    answer = await people["ben"].submit(view, {"What is right?": "1:clean", "Reason": "  "})
    assert answer.errors == {"overrule_reason:1": "Say why."}
    outcome = (await desk.case(1)).outcome
    assert outcome is not None
    assert outcome.revision == 1


async def test_a_reviewer_is_refused_and_told_whom_to_ask(desk: Desk, people: People) -> None:
    await decided_card(desk, people)
    await people["ana"].choose(await desk.show(await desk.case(1)), ids.MORE, "Overrule…")
    await people["ana"].wait_for_message("C0MOD", "Only leads can overrule decisions here.")
    assert not await people["ana"].views()


async def test_what_the_ai_decided_is_overruled_from_the_command(
    desk: Desk, people: People
) -> None:
    case = await desk.submit(post(violation=0.99))
    assert (await desk.case(case.id)).state is CaseState.DECIDED
    await people["ben"].command("/hitl case 1", channel="C0MOD")
    shown = await people["ben"].wait_for_message("C0MOD", "by the AI")
    await people["ben"].choose(shown, ids.MORE, "Overrule…")
    view = await people["ben"].wait_for_view("What is right?")
    await people["ben"].submit(view, {"What is right?": "1:clean", "Reason": "A quotation."})
    outcome = (await desk.case(case.id)).outcome
    assert outcome is not None
    assert outcome.label == "clean"


async def test_the_history_tells_what_was_overruled_and_why(desk: Desk, people: People) -> None:
    await decided_card(desk, people)
    view = await form(desk, people["ben"])
    await people["ben"].submit(view, {"What is right?": "1:clean", "Reason": "It quotes a film."})
    await people["ana"].choose(await desk.show(await desk.case(1)), ids.MORE, "History")
    shown = await people["ana"].wait_for_view("History of case 1")
    assert shown.says("<@U0BEN> overruled violation: label clean, because: It quotes a film.")
