"""Any message becomes a case of a chosen use case, once, and is told apart from predictions."""

from datetime import timedelta

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage, SeenView
from bot.slack import ids
from hitl.reports.stats import stats
from hitl.storage.queries import CaseFilter, list_cases
from hitl.vocabulary import CaseState, RouteTo
from tests.slack.conftest import Desk

People = dict[str, Person]


async def message(people: People, text: str = "Buy &lt;this&gt; now") -> SeenMessage:
    await people["dev"].post("C0MOD", text)
    return await people["dev"].wait_for_message("C0MOD", text)


async def form(person: Person, sent: SeenMessage) -> SeenView:
    assert await person.shortcut(ids.SEND_TO_REVIEW, on=sent)
    return await person.wait_for_view("What would you expect?")


async def test_a_message_becomes_a_case_for_people(desk: Desk, people: People) -> None:
    chloe, sent = people["chloe"], await message(people)
    view = await form(chloe, sent)
    given = {"What would you expect?": "violation", "Text": "Buy <this> now"}
    assert await chloe.submit(view, given)
    told = await chloe.wait_for_view("was sent to review: case 1 in content-moderation")
    case = await desk.case(1)
    assert (case.state, case.route_to) == (CaseState.OPEN, RouteTo.REVIEW)
    assert (case.label, case.confidence, case.text) == ("violation", None, "Buy <this> now")
    assert case.evidence[0].url
    assert (await desk.events(1))[0][1] == "U0CHLOE"
    await chloe.click(told, "Show")
    card = await chloe.wait_for_view("Why it is here: somebody sent it from Slack")
    assert card.says("Whoever sent it proposes ")
    assert not card.says("AI")


async def test_labels_follow_the_use_case_and_the_text_stays(desk: Desk, people: People) -> None:
    chloe, sent = people["chloe"], await message(people)
    view = await form(chloe, sent)
    assert await chloe.choose(view, ids.SEND_USE_CASE, "digits")
    view = await chloe.wait_for_view(lambda seen: "send_label:digits" in str(seen.blocks))
    assert await chloe.submit(view, {"What would you expect?": "7", "Text": "seven"})
    await chloe.wait_for_view("case 1 in digits")
    assert (await desk.case(1)).label == "7"


async def test_a_message_sent_twice_is_one_case(desk: Desk, people: People) -> None:
    sent = await message(people)
    for name, label in (("chloe", "violation"), ("ana", "clean")):
        view = await form(people[name], sent)
        await people[name].submit(view, {"What would you expect?": label, "Text": "Buy"})
    await people["ana"].wait_for_view("had been sent before: case 1")
    found = await desk.database.read(lambda c: list_cases(c, CaseFilter(), limit=9))
    assert [case.label for case in found] == ["violation"]


async def test_what_people_send_is_no_prediction(desk: Desk, people: People) -> None:
    sent = await message(people)
    view = await form(people["ana"], sent)
    await people["ana"].submit(view, {"What would you expect?": "clean", "Text": "Buy"})
    await people["ana"].click(await desk.show(await desk.case(1)), "Approve · keep post")
    use_case, now = desk.use_case("content-moderation"), desk.database.now()
    day = timedelta(days=1)
    found = await desk.database.read(
        lambda c: stats(c, use_case=use_case, since=now - day, until=now + day)
    )
    assert (found.predictions, found.escalated, found.agreement) == (0, 0, None)
    assert sum(found.verdicts.values()) == 1


async def test_guests_send_nothing(desk: Desk, people: People) -> None:
    sent = await message(people)
    await people["gus"].shortcut(ids.SEND_TO_REVIEW, on=sent)
    await people["gus"].wait_for_message("C0MOD", "Only full members of this workspace")
    assert await desk.database.read(lambda c: list_cases(c, CaseFilter(), limit=9)) == []
