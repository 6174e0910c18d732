"""Review mode: case after case in one modal, each decision stored, nobody served another's case."""

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import select

from bot.sandbox.faults import Fault
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage, SeenView
from bot.sandbox.workspace import Workspace
from bot.slack import ids
from bot.slack.cards.queue_card import queue_card_message
from bot.slack.sitting import Sitting
from hitl.cases import Case, Outcome
from hitl.reports.stats import queue
from hitl.review import NewEvidence, NewPicture, Submission, release, withdraw
from hitl.routing import Prediction
from hitl.storage.slack_copies import record_upload
from hitl.storage.tables import pictures, reviews, skips
from hitl.vocabulary import CaseState
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import EIGHT, Desk
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
    """That many cases, in the order in which they are served."""
    return [
        await desk.submit(
            post(f"post-{each}", title=f"Post no. {each}", violation=0.51 + each / 1000)
        )
        for each in range(number)
    ]


async def begin(person: Person, line: str = "/hitl review", *, channel: str = "C0MOD") -> SeenView:
    """The modal with the person's first case."""
    assert await person.command(line, channel=channel)
    return await person.wait_for_view("kept for you until")


def title_in(view: SeenView) -> str:
    """The post that is asked about: the last one named, for the one before is named above it."""
    return str(re.findall(r"Post no\. \d+", view.words)[-1])


def refused(code: str) -> Fault:
    """Slack's answer to the next change of the modal."""
    return Fault(method="views.update", kind="error", error=code)


def content(view: SeenView) -> dict[str, Any]:
    """What the app had sent."""
    sent = ("type", "title", "close", "callback_id", "private_metadata", "blocks")
    return {key: view.raw[key] for key in sent}


async def outcome(desk: Desk, case: Case) -> Outcome:
    found = (await desk.case(case.id)).outcome
    assert found is not None
    return found


async def test_the_command_opens_the_case_the_ai_was_least_sure_of(
    desk: Desk, people: People
) -> None:
    await flood(desk, 3)
    view = await begin(people["ana"])
    assert title_in(view) == "Post no. 0"
    assert view.says("*0 done* · 3 left · kept for you until")
    assert {APPROVE, REJECT, "Flag · keep and monitor"} <= set(view.buttons)


@pytest.mark.parametrize("way", ["queue card", "shortcut", "home"])
async def test_every_way_in_opens_the_same(desk: Desk, people: People, way: str) -> None:
    await flood(desk, 1)
    ana = people["ana"]
    if way == "queue card":
        assert await ana.click(await queue_card(desk), START)
    elif way == "shortcut":
        assert await ana.shortcut(ids.REVIEW_CASES)
    else:
        await ana.open_home()
        assert await ana.click(await ana.wait_for_home(START), START)
    assert title_in(await ana.wait_for_view("kept for you")) == "Post no. 0"


async def test_one_click_decides_and_shows_the_next_case_in_the_same_modal(
    desk: Desk, people: People, clock: Clock
) -> None:
    first, second = await flood(desk, 2)
    ana = people["ana"]
    view = await begin(ana)
    clock.advance(seconds=4)
    assert await ana.click(view, APPROVE)
    after = await ana.view()
    assert after.id == view.id
    assert title_in(after) == "Post no. 1"
    assert after.says("✔ *Approve · keep post* · label clean · Post no. 0")
    assert after.says("*1 done* · 1 left · median 4.0 s")
    assert await ana.click(after, REJECT)
    assert (await ana.view()).says("Nothing is waiting. Thank you!")
    decided = [await outcome(desk, case) for case in (first, second)]
    assert [each.label for each in decided] == ["clean", "violation"]


async def test_twenty_cases_take_twenty_clicks(desk: Desk, people: People, clock: Clock) -> None:
    cases = await flood(desk, 20)
    ana = people["ana"]
    view = await begin(ana)
    for number in range(20):
        clock.advance(seconds=3 + number % 3)
        assert await ana.click(view, REJECT if number % 3 else APPROVE)
        view = await ana.view()
    assert view.says("*20 done* · 0 left · median 4.0 s")
    assert {(await desk.case(case.id)).state for case in cases} == {CaseState.DECIDED}
    rows = await desk.database.read(lambda c: c.execute(select(reviews.c.seconds)).all())
    assert [row.seconds for row in rows] == [3 + number % 3 for number in range(20)]


async def test_a_rejection_among_many_labels_takes_one_further_click(
    desk: Desk, people: People
) -> None:
    case = await desk.submit(scan(), use_case="digits")
    ana = people["ana"]
    view = await begin(ana, "/hitl review digits")
    assert await ana.choose(view, "reject_as", "8")
    assert (await ana.view()).says("Nothing is waiting")
    assert (await outcome(desk, case)).label == "8"


async def test_a_label_from_the_long_list_goes_on_in_the_modal_beneath(
    desk: Desk, people: People
) -> None:
    prediction = Prediction({"intent 0": 0.4})
    case = await desk.submit(replace(scan(), prediction=prediction), use_case="intents")
    ana = people["ana"]
    view = await begin(ana, "/hitl review intents")
    assert await ana.choose(view, "reject_as", "Another label…")
    assert await ana.submit(await ana.view(), {ids.INPUT: f"{case.id}:intent 299"})
    assert (await ana.view()).id == view.id
    assert (await ana.view()).says("Nothing is waiting")
    assert (await outcome(desk, case)).label == "intent 299"


async def test_without_a_use_case_the_longest_queue_one_may_decide_in_is_served(
    desk: Desk, people: People
) -> None:
    await flood(desk, 3)
    await desk.submit(scan(), use_case="digits")
    assert (await begin(people["ana"])).says("May this post stay up?")
    assert (await begin(people["chloe"])).says("Which digit is this?")


@pytest.mark.usefixtures("desk")
async def test_an_unknown_use_case_is_answered_with_those_there_are(people: People) -> None:
    await people["ana"].command("/hitl review content", channel="C0MOD")
    told = await people["ana"].wait_for_message("C0MOD", '"content" is no use case.')
    assert told.says("Use cases: content-moderation, digits, intents.")
    assert await people["ana"].views() == []


async def test_two_people_are_served_different_cases(desk: Desk, people: People) -> None:
    await flood(desk, 2)
    shown = await asyncio.gather(*(begin(people[who]) for who in ("ana", "ben")))
    assert {title_in(view) for view in shown} == {"Post no. 0", "Post no. 1"}


async def test_eight_reviewers_at_once_leave_no_case_out_and_share_none(
    desk: Desk, workspace: Workspace
) -> None:
    submitted = [
        await desk.submit(
            Submission(key=str(n), fingerprint=str(n), prediction=Prediction({"3": n / 100})),
            use_case="digits",
        )
        for n in range(40)
    ]
    served: list[str] = []

    async def work(person: Person) -> None:
        view = await begin(person, "/hitl review digits", channel="C0DIG")
        while "Approve · 3" in view.buttons:
            served.append(view.control("Approve · 3")[1]["value"])
            assert await person.click(view, "Approve · 3")
            view = await person.view()

    await asyncio.gather(*(work(workspace.person(who)) for who in EIGHT))
    assert sorted(map(int, served)) == [case.id for case in submitted]
    decided = [(await outcome(desk, case)).reviewer for case in submitted]
    assert len(set(decided)) > 1


async def test_whoever_comes_last_is_told_that_others_have_the_rest(
    desk: Desk, people: People
) -> None:
    await flood(desk, 1)
    await begin(people["ana"])
    await people["ben"].command("/hitl review", channel="C0MOD")
    told = await people["ben"].wait_for_view("Nothing is left for you. 1 case still waiting")
    await people["ana"].close(await people["ana"].view())
    assert await people["ben"].click(told, "Look again")
    assert title_in(await people["ben"].view()) == "Post no. 0"


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
    await people[who].click(await queue_card(desk), START)
    assert APPROVE not in (await people[who].wait_for_view(words)).buttons
    assert [event for event, _, _ in await desk.events(case.id)] == ["submitted"]


async def test_closing_the_modal_leaves_the_case_to_others(desk: Desk, people: People) -> None:
    await flood(desk, 1)
    await people["ana"].close(await begin(people["ana"]))
    assert title_in(await begin(people["ben"])) == "Post no. 0"


async def test_who_vanishes_keeps_nothing_for_longer_than_the_lease(
    desk: Desk, people: People, clock: Clock
) -> None:
    await flood(desk, 1)
    await begin(people["ana"])
    clock.advance(minutes=5)
    assert title_in(await begin(people["ben"])) == "Post no. 0"


async def test_whoever_is_too_late_is_told_who_won_and_served_the_next(
    desk: Desk, people: People
) -> None:
    first, _ = await flood(desk, 2)
    card = await desk.show(first)
    view = await begin(people["ana"])
    await people["ben"].click(card, REJECT)
    assert await people["ana"].click(view, APPROVE)
    after = await people["ana"].view()
    assert after.says("Already decided: <@U0BEN> chose Reject · remove post")
    assert title_in(after) == "Post no. 1"
    assert (await outcome(desk, first)).reviewer == "U0BEN"


async def test_a_case_that_was_withdrawn_meanwhile_gives_way_to_the_next(
    desk: Desk, people: People
) -> None:
    first, _ = await flood(desk, 2)
    view = await begin(people["ana"])
    await desk.database.write(lambda tx: withdraw(tx, first.id, by="caller"))
    await people["ana"].click(view, APPROVE)
    after = await people["ana"].view()
    assert after.says("was withdrawn")
    assert title_in(after) == "Post no. 1"


async def test_a_press_that_arrives_twice_decides_once_and_keeps_the_next_case(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    first, second, _ = await flood(desk, 3)
    view = await begin(people["ana"])
    workspace.faults.order(Fault(method="delivery", kind="repeat"))
    assert await people["ana"].click(view, APPROVE)
    after = await people["ana"].wait_for_view("*1 done* · 2 left")
    assert title_in(after) == "Post no. 1"
    assert "Already decided" not in after.words
    assert (await outcome(desk, first)).revision == 1
    assert (await desk.case(second.id)).state is CaseState.OPEN


async def test_a_value_that_names_a_case_of_others_is_refused(
    desk: Desk, people: People, client: AsyncWebClient
) -> None:
    case = await desk.submit(scan(), use_case="digits")
    [foreign] = await flood(desk, 1)
    view = await begin(people["chloe"], "/hitl review digits")
    forged = json.loads(json.dumps(content(view)).replace(f'"{case.id}"', f'"{foreign.id}"'))
    await client.views_update(view_id=view.id, view=forged)
    await people["chloe"].click(await people["chloe"].view(), "Approve · 3")
    await people["chloe"].wait_for_view("Only reviewers can decide here")
    assert (await desk.case(foreign.id)).state is CaseState.OPEN
    assert (await desk.case(case.id)).state is CaseState.OPEN


async def test_a_modal_from_yesterday_still_decides_and_goes_on(
    desk: Desk, people: People, clock: Clock
) -> None:
    first, _ = await flood(desk, 2)
    view = await begin(people["ana"])
    await desk.database.write(lambda tx: release(tx, first.id, reviewer="U0ANA"))
    clock.advance(hours=20)
    assert await people["ana"].click(view, APPROVE)
    assert title_in(await people["ana"].view()) == "Post no. 1"
    assert (await outcome(desk, first)).reviewer == "U0ANA"


async def test_a_modal_of_another_release_decides_all_the_same(
    desk: Desk, people: People, client: AsyncWebClient
) -> None:
    [first] = await flood(desk, 1)
    view = await begin(people["ana"])
    strange = content(view) | {"private_metadata": '{"v": 9}'}
    await client.views_update(view_id=view.id, view=strange)
    assert await people["ana"].click(await people["ana"].view(), APPROVE)
    assert (await outcome(desk, first)).reviewer == "U0ANA"


async def test_a_modal_that_changed_meanwhile_loses_no_decision(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    first, _ = await flood(desk, 2)
    view = await begin(people["ana"])
    workspace.faults.order(refused("hash_conflict"))
    assert await people["ana"].click(view, APPROVE)
    assert title_in(await people["ana"].view()) == "Post no. 1"
    assert (await outcome(desk, first)).reviewer == "U0ANA"


async def test_who_closed_the_modal_right_after_the_click_is_told_what_was_stored(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    first, _ = await flood(desk, 2)
    view = await begin(people["ana"])
    workspace.faults.order(refused("not_found"))
    assert await people["ana"].click(view, APPROVE)
    assert (await outcome(desk, first)).reviewer == "U0ANA"
    direct = workspace.state.direct_channel("U0ANA").id
    await people["ana"].wait_for_message(direct, "✔ *Approve · keep post*")
    assert title_in(await begin(people["ben"])) == "Post no. 1"


async def test_a_skipped_case_goes_to_others_and_is_counted(desk: Desk, people: People) -> None:
    first, _ = await flood(desk, 2)
    ana = people["ana"]
    assert await ana.choose(await begin(ana), ids.SKIP, "Not my area")
    after = await ana.view()
    assert title_in(after) == "Post no. 1"
    assert after.says(f"Skipped case {first.id}; others are asked.")
    assert after.says("*0 done* · 1 left · 1 skipped")
    assert title_in(await begin(people["ben"])) == "Post no. 0"
    rows = await desk.database.read(lambda c: c.execute(select(skips.c.reason)).scalars().all())
    assert rows == ["not_my_area"]
    [skipped] = [data for event, _, data in await desk.events(first.id) if event == "skipped"]
    assert skipped == {"reason": "not_my_area"}


async def test_a_note_stands_on_the_case_in_the_modal_beneath(desk: Desk, people: People) -> None:
    await flood(desk, 2)
    ana = people["ana"]
    view = await begin(ana)
    assert await ana.click(view, "Add a note…")
    assert await ana.submit(await ana.view(), {"Note": "It is a quotation"})
    after = await ana.view()
    assert after.id == view.id
    assert title_in(after) == "Post no. 0"
    assert after.says("It is a quotation")


async def test_the_last_decision_can_be_taken_back_and_made_anew(
    desk: Desk, people: People, clock: Clock
) -> None:
    first, second = await flood(desk, 2)
    ana = people["ana"]
    view = await begin(ana)
    assert "Undo last" not in view.buttons
    await ana.click(view, APPROVE)
    clock.advance(seconds=10)
    assert await ana.click(await ana.view(), "Undo last")
    again = await ana.view()
    assert title_in(again) == "Post no. 0"
    assert again.says(f"Undone: case {first.id} waits for you again.")
    assert again.says("*0 done* · 2 left")
    clock.advance(seconds=5)
    assert await ana.click(again, REJECT)
    assert title_in(await ana.view()) == "Post no. 1"
    assert (await outcome(desk, first)).label == "violation"
    assert (await desk.case(second.id)).state is CaseState.OPEN


async def test_undoing_is_offered_for_as_long_as_it_is_possible(
    desk: Desk, people: People, clock: Clock
) -> None:
    await flood(desk, 3)
    ana = people["ana"]
    await ana.click(await begin(ana), APPROVE)
    shown = await ana.view()
    assert "Undo last" in shown.buttons
    clock.advance(minutes=3)
    await ana.choose(shown, ids.SKIP, "It is unclear")
    assert "Undo last" not in (await ana.view()).buttons


async def test_blocks_that_slack_refuses_are_shown_in_the_short_form(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    await flood(desk, 2)
    view = await begin(people["ana"])
    workspace.faults.order(refused("invalid_blocks"))
    await people["ana"].click(view, APPROVE)
    after = await people["ana"].view()
    assert title_in(after) == "Post no. 1"
    assert "header" not in {block["type"] for block in after.blocks}


async def test_a_picture_that_arrives_at_once_is_shown_and_one_that_does_not_holds_nobody_up(
    desk: Desk, people: People
) -> None:
    photo = NewEvidence(title="Photo", picture=NewPicture(media_type="image/png", content=b"\x89"))
    for number in range(2):
        await desk.submit(post(f"post-{number}", title=f"Post no. {number}", evidence=(photo,)))
    find = select(pictures.c.id).order_by(pictures.c.id)
    first, _ = await desk.database.read(lambda c: c.execute(find).scalars().all())

    async def upload() -> None:
        await asyncio.sleep(0.2)
        await desk.database.write(lambda tx: record_upload(tx, first, slack_file="F0PHOTO"))

    uploading = asyncio.create_task(upload())
    view = await begin(people["ana"])
    await uploading
    assert {"id": "F0PHOTO"} in [block.get("slack_file") for block in view.blocks]
    assert await people["ana"].click(view, APPROVE)
    assert (await people["ana"].view()).says("Picture: Photo (not uploaded)")


async def test_no_block_keeps_its_name_from_case_to_case(desk: Desk, people: People) -> None:
    await flood(desk, 3)
    ana = people["ana"]
    first = await begin(ana)
    await ana.click(first, APPROVE)
    second = await ana.view()
    await ana.click(second, APPROVE)
    third = await ana.view()
    named = [
        {block["block_id"] for block in view.blocks if block["type"] in {"actions", "section"}}
        for view in (first, second, third)
    ]
    assert not named[0] & named[1]
    assert not named[1] & named[2]


def test_what_the_modal_remembers_is_small() -> None:
    packed = Sitting("x" * 64, since=1.8e9, case_id=2**63).packed()
    assert len(packed) < 200
    assert json.loads(packed)["case_id"] == 2**63
