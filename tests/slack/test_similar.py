"""How similar cases were decided stands on a card, and the cases themselves are one click away."""

import json
from datetime import timedelta

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.slack.cards.case import case_card
from hitl.cases import Case
from hitl.policy import Policy, parse_policy
from hitl.reports.precedents import Precedents
from hitl.review import vote
from hitl.vocabulary import CaseState, Verdict
from tests.examples import post
from tests.slack.conftest import POLICY, Desk
from tests.slack.test_deciding import scan
from tests.slack.test_review_mode import begin
from tests.slack.test_seeing import BOARD

People = dict[str, Person]
PATIENT = timedelta(seconds=60)
LINE = "2 similar: 1 reject, 1 approve"


@pytest.fixture
def policy() -> Policy:
    return parse_policy(POLICY + BOARD)


async def decided(desk: Desk, verdict: Verdict, *, key: str, note: str | None = None) -> Case:
    case = await desk.submit(post(key))
    use_case = desk.use_case(case.use_case)
    return await desk.database.write(
        lambda tx: vote(
            tx, case.id, verdict=verdict, reviewer="U0BEN", note=note, use_case=use_case
        )
    )


@pytest.fixture
async def waiting(desk: Desk) -> Case:
    """A case like two others, of which one was kept and one removed."""
    await decided(desk, Verdict.APPROVE, key="kept")
    await decided(desk, Verdict.REJECT, key="removed", note="It mocks the cook")
    return await desk.submit(post("new"))


async def shown(desk: Desk, case: Case) -> SeenMessage:
    """Its card, as delivery posts it."""
    precedents = Precedents(desk.database)
    similar = await precedents.of(case, within=PATIENT)
    precedents.close()
    card = case_card(
        case,
        use_case=desk.use_case(case.use_case),
        now=desk.database.now(),
        precedents=similar,
    )
    posted = await desk.client.chat_postMessage(channel="C0MOD", text=card.text, blocks=card.blocks)
    return next(m for m in await desk.viewer.messages("C0MOD") if m.ts == posted["ts"])


async def test_a_card_counts_them_and_one_click_shows_each_with_its_reason(
    desk: Desk, people: People, waiting: Case
) -> None:
    card = await shown(desk, waiting)
    assert card.says(LINE)
    assert LINE in card.text
    assert await people["ana"].click(card, "See them")
    view = await people["ana"].view()
    assert view.says("*Reject · remove post* · by <@U0BEN>")
    assert view.says("“It mocks the cook”")
    assert await people["ana"].click(view, f"Case {waiting.id - 1}")
    assert (await people["ana"].view()).says("Reject · remove post")


async def test_review_mode_shows_them_too(people: People, waiting: Case) -> None:
    view = await begin(people["ana"])

    async def probe() -> bool:
        # Past cases are read beside what people wait for: the first case may come before them.
        await people["ana"].click(await people["ana"].view(), "Add a note…")
        await people["ana"].submit(await people["ana"].view(), {"Note": "Looking"})
        return (await people["ana"].view()).says(LINE)

    await people["ana"].wait_for(probe)
    assert await people["ana"].click(await people["ana"].view(), "See them")
    assert (await people["ana"].view()).says(f"the most like case {waiting.id} first")
    assert view.id != (await people["ana"].view()).id


async def test_whoever_may_not_read_the_case_is_shown_none(
    desk: Desk, people: People, waiting: Case
) -> None:
    card = await shown(desk, waiting)
    await people["gus"].click(card, "See them")
    await people["gus"].wait_for_message("C0MOD", "Only full members of this workspace")
    assert await people["gus"].views() == []


async def test_a_value_that_names_cases_of_others_shows_none_of_them(
    desk: Desk, people: People, client: AsyncWebClient, waiting: Case
) -> None:
    foreign = await desk.submit(post("secret"), use_case="board")
    rules = desk.use_case("board")
    await desk.database.write(
        lambda tx: vote(tx, foreign.id, verdict=Verdict.REJECT, reviewer="U0ANA", use_case=rules)
    )
    card = await shown(desk, waiting)
    blocks = json.dumps(card.blocks).replace(
        f'"{waiting.id}:{waiting.id - 2}', f'"{waiting.id}:{foreign.id},{waiting.id - 2}'
    )
    assert str(foreign.id) in blocks
    posted = await client.chat_postMessage(channel="C0MOD", text="forged", blocks=blocks)
    forged = next(m for m in await desk.viewer.messages("C0MOD") if m.ts == posted["ts"])
    await people["dev"].click(forged, "See them")
    view = await people["dev"].view()
    assert f"Case {waiting.id - 2}" in view.buttons
    assert f"Case {foreign.id}" not in view.buttons


async def test_decisions_taken_back_since_are_not_shown(
    desk: Desk, people: People, waiting: Case
) -> None:
    card = await shown(desk, waiting)
    for case_id in (waiting.id - 1, waiting.id - 2):
        assert (await desk.case(case_id)).state is CaseState.DECIDED
        await people["ben"].command(f"/hitl case {case_id}", channel="C0MOD")
        copy = await people["ben"].wait_for_message("C0MOD", f"case {case_id} ")
        await people["ben"].choose(copy, "more", "Undo")
    await people["ana"].click(card, "See them")
    assert (await people["ana"].view()).says("were taken back since")


async def test_a_case_like_no_other_says_nothing(desk: Desk, waiting: Case) -> None:
    other = await desk.submit(post("other", title="Parking", text="Where may I leave my car?"))
    assert not (await shown(desk, other)).says("similar")
    digit = await desk.submit(scan(), use_case="digits")
    assert not (await shown(desk, digit)).says("similar")
    assert waiting.id < other.id
