"""Practice: five known answers, timed, with feedback; no real case is touched."""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import func, insert, select, update

from bot.sandbox.faults import Fault
from bot.sandbox.person import Person
from bot.sandbox.seen import SeenView
from bot.sandbox.workspace import Workspace
from bot.slack import ids
from bot.slack.cards.practice import practice_view
from bot.slack.practice import Practice
from hitl.review import vote
from hitl.storage.tables import audit_events, known_answers, reviews
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk
from tests.slack.samples import DIGITS, digit
from tests.slack.test_deciding import scan
from tests.slack.test_review_mode import APPROVE, REJECT, content

People = dict[str, Person]


async def known(desk: Desk, count: int, *, label: str = "clean") -> dict[str, str]:
    """So many known answers; the right button for each title."""
    for number in range(count):
        case = await desk.submit(post(f"known-{number}", title=f"Post no. {number}"))
        await keep(desk, case.id, label=label if number % 2 else "violation")
    return {
        f"Post no. {number}": APPROVE if number % 2 and label == "clean" else REJECT
        for number in range(count)
    }


async def keep(desk: Desk, case_id: int, **values: Any) -> None:
    row = {"case_id": case_id, "use_case": "content-moderation", "times_served": 0} | values
    await desk.database.write(
        lambda tx: tx.connection.execute(insert(known_answers), row | {"added_at": tx.now})
    )


async def begun(
    person: Person, line: str = "/hitl practice", *, channel: str = "C0MOD"
) -> SeenView:
    assert await person.command(line, channel=channel)
    return await person.wait_for_view("Case 1 of 5")


def title_in(view: SeenView) -> str:
    return str(re.findall(r"Post no\. \d+", view.words)[-1])


async def footprints(desk: Desk) -> tuple[int, int]:
    """How many events and votes there are."""

    def count(connection: Any) -> tuple[int, int]:
        return (
            connection.execute(select(func.count()).select_from(audit_events)).scalar_one(),
            connection.execute(select(func.count()).select_from(reviews)).scalar_one(),
        )

    return await desk.database.read(count)


async def practised(
    person: Person, right: Mapping[str, str], clock: Clock, *, mistakes: int = 0
) -> SeenView:
    """A run through: the first so many wrong."""
    view = await begun(person)
    for number in range(5):
        clock.advance(seconds=4 + number)
        answer = right[title_in(view)]
        wrong = APPROVE if answer == REJECT else REJECT
        assert await person.click(view, wrong if number < mistakes else answer)
        view = await person.view()
    return view


async def test_five_cases_are_timed_and_told_right_from_wrong_at_the_end(
    desk: Desk, people: People, clock: Clock
) -> None:
    right = await known(desk, 7)
    before = await footprints(desk)
    view = await practised(people["ana"], right, clock, mistakes=2)
    assert view.says("3 of 5 right, the median in 6.0 s")
    assert view.says("under the target")
    assert view.words.count("✖") == 2
    assert len(re.findall(r"right: \*", view.words)) == 2
    assert await footprints(desk) == before


async def test_whoever_is_slow_is_told_the_target(desk: Desk, people: People, clock: Clock) -> None:
    right = await known(desk, 5)
    view = await begun(people["ana"])
    for _ in range(5):
        clock.advance(seconds=25)
        await people["ana"].click(view, right[title_in(view)])
        view = await people["ana"].view()
    assert view.says("5 of 5 right, the median in 25.0 s")
    assert view.says("the target is under 10 s")


async def test_the_ai_s_answer_is_not_shown(desk: Desk, people: People) -> None:
    await known(desk, 5)
    view = await begun(people["ana"])
    assert not view.says("70 %")
    assert not view.says("AI's choice")
    assert {APPROVE, REJECT} <= set(view.buttons)


async def test_labels_are_buttons_as_on_a_blind_card(desk: Desk, people: People) -> None:
    for number in range(5):
        case = await desk.submit(
            replace(scan(), key=f"s{number}", fingerprint=f"{number}"), use_case="digits"
        )
        await keep(desk, case.id, use_case="digits", label="3")
    view = await begun(people["chloe"], "/hitl practice digits")
    for number in range(5):
        assert view.says(f"*Case {number + 1} of 5*")
        assert view.buttons == list("0123456789")
        await people["chloe"].click(view, "3" if number else "8")
        view = await people["chloe"].view()
    assert view.says("4 of 5 right")
    assert view.says("right: *3*")


def test_too_many_labels_are_a_menu() -> None:
    many = DIGITS.model_copy(update={"labels": {f"{n}": DIGITS.labels["3"] for n in range(13)}})
    practice = Practice("digits", (7,) * 5, shown_at=0.0)
    view = practice_view(practice, digit(), use_case=many, files={})
    [menu] = view["blocks"][-1]["elements"]
    assert menu["action_id"] == ids.PRACTISE_MENU
    assert len(menu["options"]) == 13


async def test_too_few_known_answers_say_how_to_come_by_more(desk: Desk, people: People) -> None:
    await known(desk, 4)
    await people["ana"].command("/hitl practice content-moderation", channel="C0MOD")
    view = await people["ana"].wait_for_view("4 cases with a known answer; practice needs 5")
    assert view.says("POST /v1/known-answers")


async def test_answers_in_doubt_and_erased_items_are_not_practised_on(
    desk: Desk, people: People
) -> None:
    await known(desk, 5)
    retire = update(known_answers).where(known_answers.c.case_id == 1)
    await desk.database.write(lambda tx: tx.connection.execute(retire.values(retired_at=tx.now)))
    await people["ana"].command("/hitl practice content-moderation", channel="C0MOD")
    await people["ana"].wait_for_view("4 cases with a known answer")


async def test_what_one_has_decided_before_comes_first(desk: Desk, people: People) -> None:
    await known(desk, 12)
    rules = desk.use_case("content-moderation")
    for case_id in range(1, 6):
        await desk.database.write(
            lambda tx, c=case_id: vote(  # type: ignore[misc]
                tx, c, verdict=Verdict.REJECT, reviewer="U0ANA", use_case=rules
            )
        )
    view = await begun(people["ana"])
    practice = Practice.of(view.raw)
    assert practice is not None
    assert set(practice.cases) == {1, 2, 3, 4, 5}


@pytest.mark.parametrize(
    ("who", "words"), [("gus", "Only full members"), ("ali", "the workspace it is installed in")]
)
async def test_guests_and_outsiders_do_not_practise(
    desk: Desk, people: People, who: str, words: str
) -> None:
    await known(desk, 5)
    await people[who].command("/hitl practice content-moderation", channel="C0MOD")
    view = await people[who].wait_for_view(words)
    assert not view.says("Post no.")


async def test_a_click_that_comes_twice_answers_once(
    desk: Desk, people: People, workspace: Workspace
) -> None:
    await known(desk, 5)
    view = await begun(people["ana"])
    workspace.faults.order(Fault(method="delivery", kind="repeat"))
    await people["ana"].click(view, APPROVE)
    assert (await people["ana"].view()).says("*Case 2 of 5*")


async def test_a_forged_case_of_another_use_case_is_not_shown(
    desk: Desk, people: People, client: AsyncWebClient
) -> None:
    await known(desk, 5)
    foreign = await desk.submit(scan(), use_case="digits")
    view = await begun(people["ana"])
    practice = Practice.of(view.raw)
    assert practice is not None
    forged = replace(practice, cases=(practice.cases[0], *[foreign.id] * 4))
    await client.views_update(
        view_id=view.id, view=content(view) | {"private_metadata": forged.packed()}
    )
    await people["ana"].click(await people["ana"].view(), APPROVE)
    await people["ana"].wait_for_view("This is no case to practise on.")


async def test_home_and_the_end_of_a_run_lead_to_another(
    desk: Desk, people: People, clock: Clock
) -> None:
    right = await known(desk, 6)
    await people["ana"].open_home()
    assert await people["ana"].click(await people["ana"].wait_for_home("Use cases"), "Practise")
    await people["ana"].wait_for_view("Case 1 of 5")
    end = await practised(people["ana"], right, clock)
    assert await people["ana"].click(end, "Five more")
    again = await people["ana"].view()
    assert again.says("Case 1 of 5")
    assert again.id == end.id
