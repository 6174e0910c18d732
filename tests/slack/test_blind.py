"""A curious reviewer looks everywhere for a sign of what sort of blind case this is."""

from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import pytest

from bot.delivery.adjudicators import asking_message
from bot.sandbox.person import Person
from bot.slack import ids
from hitl.cases import Case
from hitl.policy import Deadline, UseCase
from hitl.review import clear_flag, overrule, take_steps, undo, vote
from hitl.storage.database import Transaction
from hitl.vocabulary import CaseState, CheckState, Verdict
from tests.blind import known, serve, three_alike, without_number
from tests.conftest import Clock
from tests.examples import post
from tests.slack.conftest import Desk

People = dict[str, Person]
SECRETS = (
    "secret",
    "violation 99",
    "0.99",
    "60 %",
    "AI's",
    "the AI proposes",
    "proposed",
    "key abc",
    "gold",
    "known",
)
VERDICTS = ["Approve · keep post", "Reject · remove post", "Flag · keep and monitor"]


async def moderated(desk: Desk) -> list[Case]:
    return await three_alike(desk.database, desk.use_case("content-moderation"), label="violation")


async def all_alike(cases: list[Case], look: Callable[[Case], Awaitable[Any]]) -> str:
    """What is seen of each of them: the same, and none of the secrets."""
    seen = [without_number(await look(case), case) for case in cases]
    assert seen[0] == seen[1] == seen[2]
    assert [secret for secret in SECRETS if secret in seen[0]] == []
    return seen[0]


async def test_the_cards_are_alike_before_and_after_the_same_answer(desk: Desk) -> None:
    cases = await moderated(desk)

    async def card(case: Case) -> Any:
        message = await desk.show(await desk.case(case.id))
        return message.blocks, message.text

    waiting = await all_alike(cases, card)
    assert all(words in waiting for words in VERDICTS)
    rules = desk.use_case("content-moderation")
    for case in cases:
        await desk.database.write(
            lambda tx, case_id=case.id: vote(  # type: ignore[misc]
                tx, case_id, verdict=Verdict.APPROVE, reviewer="U0BEN", use_case=rules
            )
        )
    assert "by <@U0BEN>" in await all_alike(cases, card)


def undone(tx: Transaction, case_id: int, use_case: UseCase) -> None:
    for verdict in (Verdict.REJECT, Verdict.APPROVE):
        vote(tx, case_id, verdict=verdict, reviewer="U0BEN", use_case=use_case)
        if verdict is Verdict.REJECT:
            undo(tx, case_id, by="U0BEN", use_case=use_case)


def cleared(tx: Transaction, case_id: int, use_case: UseCase) -> None:
    vote(tx, case_id, verdict=Verdict.FLAG, reviewer="U0BEN", use_case=use_case)
    clear_flag(tx, case_id, by="U0BEN", use_case=use_case)


def overruled(tx: Transaction, case_id: int, use_case: UseCase) -> None:
    undone(tx, case_id, use_case)
    overrule(tx, case_id, label="violation", by="U0ANA", reason="A slur", use_case=use_case)


@pytest.mark.parametrize("act", [undone, cleared, overruled])
async def test_the_cards_are_alike_after_second_thoughts(
    desk: Desk, act: Callable[[Transaction, int, UseCase], None]
) -> None:
    cases = await moderated(desk)
    rules = desk.use_case("content-moderation")
    for case in cases:
        await desk.database.write(
            lambda tx, case_id=case.id: act(tx, case_id, rules)  # type: ignore[misc]
        )

    async def card(case: Case) -> Any:
        message = await desk.show(await desk.case(case.id))
        return message.blocks, message.text

    assert "<@U0BEN>" in await all_alike(cases, card)


@pytest.mark.parametrize("verdict", list(Verdict))
async def test_everything_in_the_menu_is_alike(
    desk: Desk, people: People, clock: Clock, verdict: Verdict
) -> None:
    cases = await moderated(desk)
    deadline = Deadline(remind=("30m",), due="1h")
    rules = desk.use_case("content-moderation").model_copy(update={"deadline": deadline})

    async def menu(case: Case) -> Any:
        card = await desk.show(await desk.case(case.id))
        _, element = card.control(ids.MORE)
        choices = [option["text"]["text"] for option in element["options"]]
        views = []
        for choice in (words for words in choices if words != "Undo"):
            await people["ben"].choose(card, ids.MORE, choice)
            view = (await people["ben"].views())[-1]
            views.append((choice, view.blocks, view.title))
            await people["ben"].close(view)
        return choices, views

    await all_alike(cases, menu)
    for case in cases:
        card = await desk.show(await desk.case(case.id))
        assert await people["ben"].click(card, ids.decide(verdict))
    await all_alike(cases, menu)
    clock.advance(hours=1)  # adjudicators are reminded where there is something to settle
    for case in cases:
        await desk.database.write(partial(take_steps, case_id=case.id, use_case=rules))
    await all_alike(cases, menu)


async def test_the_command_and_what_is_whispered_are_alike(desk: Desk, people: People) -> None:
    cases = await moderated(desk)

    async def asked(case: Case) -> Any:
        before = {message.ts for message in await people["ben"].messages("C0MOD")}
        await people["ben"].command(f"/hitl case {case.id}", channel="C0MOD")
        return await new(before)

    async def new(before: set[str]) -> Any:
        messages = await people["ben"].messages("C0MOD")
        return [(m.text, m.blocks) for m in messages if m.ts not in before and m.ephemeral]

    async def pressed(case: Case) -> Any:
        card = await desk.show(await desk.case(case.id))
        before = {message.ts for message in await people["ben"].messages("C0MOD")}
        await people["ben"].click(card, "Reject · remove post")
        await people["ben"].wait_for_message("C0MOD", lambda m: m.ts not in before and m.ephemeral)
        return await new(before)

    async def too_late(case: Case) -> Any:
        card = await desk.show(await desk.case(case.id), is_stored=False)
        return card.text

    await all_alike(cases, asked)
    assert "You chose *Reject · remove post*" in await all_alike(cases, pressed)
    await all_alike(cases, asked)
    await all_alike(cases, too_late)


async def test_review_mode_serves_all_three_alike(desk: Desk, people: People) -> None:
    cases = await moderated(desk)
    await people["ben"].command("/hitl review content-moderation", channel="C0MOD")
    seen = []
    for left in (3, 2, 1):
        view = await people["ben"].wait_for_view(f"{left} left")
        case = next(each for each in cases if f"case {each.id}" in str(view.blocks))
        blocks = [block for block in view.blocks if block["type"] not in {"context", "divider"}]
        first = next(i for i, block in enumerate(blocks) if block["type"] == "header")
        seen.append(without_number(blocks[first:], case))
        await people["ben"].click(view, "Approve · keep post")
    assert seen[0] == seen[1] == seen[2]
    await people["ben"].wait_for_view("Nothing is waiting")


async def test_where_labels_have_no_verdicts_each_gets_a_button_in_the_policys_order(
    desk: Desk, people: People
) -> None:
    digits = desk.use_case("digits")
    cases = await three_alike(desk.database, digits, label="7")

    async def card(case: Case) -> Any:
        message = await desk.show(await desk.case(case.id), channel="C0DIG")
        return message.blocks, message.text

    await all_alike(cases, card)
    for case in cases:
        shown = await desk.show(await desk.case(case.id), channel="C0DIG")
        [actions] = [block for block in shown.blocks if block["type"] == "actions"]
        labels = [each["text"]["text"] for each in actions["elements"] if each["type"] == "button"]
        assert labels == list(digits.labels)
        assert await people["ana"].click(shown, "3")
    settled = await all_alike(cases, card)
    assert "*3*" in settled
    checks = [(await desk.case(case.id)).check for case in cases]
    assert [check and (check.label, check.state) for check in checks] == [
        ("3", CheckState.DISPUTED),
        ("3", CheckState.DISPUTED),
        ("3", CheckState.SETTLED),
    ]


async def test_of_many_labels_one_is_chosen_from_a_menu(desk: Desk, people: People) -> None:
    case = await known(desk.database, desk.use_case("intents"), label="intent 7")
    card = await desk.show(await desk.case(case.id))
    assert await people["ana"].choose(card, ids.CHOOSE, "intent 9")
    decided = await desk.case(case.id)
    assert decided.outcome is not None
    assert decided.outcome.label == "intent 9"


async def test_undo_is_offered_and_works_alike(desk: Desk, people: People) -> None:
    for case in await moderated(desk):
        card = await desk.show(await desk.case(case.id))
        await people["ben"].click(card, "Reject · remove post")
        settled = await desk.show(await desk.case(case.id))
        assert await people["ben"].choose(settled, ids.MORE, "Undo")
        waiting = await desk.show(await desk.case(case.id))
        assert waiting.says("May this post stay up?")
        assert waiting.control(ids.decide(Verdict.APPROVE))


async def test_a_known_item_is_kept_from_whoever_met_it(desk: Desk, people: People) -> None:
    rules = desk.use_case("content-moderation")
    # It is served again only where somebody reviews who has not met it.
    someone_s = await desk.submit(post())
    assert await people["ana"].click(await desk.show(someone_s), "Approve · keep post")
    first = await known(desk.database, rules, label="clean")
    await people["ben"].click(await desk.show(await desk.case(first.id)), "Approve · keep post")
    again = await serve(desk.database, rules)
    assert again is not None
    await people["ben"].click(await desk.show(await desk.case(again.id)), "Approve · keep post")
    await people["ben"].wait_for_message("C0MOD", "another pair of eyes than yours")
    await people["ben"].command("/hitl review content-moderation", channel="C0MOD")
    await people["ben"].wait_for_view("Nothing is left for you")
    assert await people["ana"].click(
        await desk.show(await desk.case(again.id)), "Approve · keep post"
    )


async def test_what_is_kept_to_be_served_is_found_by_nobody(desk: Desk, people: People) -> None:
    served = await known(desk.database, desk.use_case("content-moderation"), label="clean")
    await people["ben"].command(f"/hitl case {served.id - 1}", channel="C0MOD")
    await people["ben"].wait_for_message("C0MOD", f"Case {served.id - 1} is not known here")


async def test_adjudicators_see_both_and_settle_with_a_note(desk: Desk, people: People) -> None:
    stood, *_ = await moderated(desk)
    await people["ana"].click(await desk.show(await desk.case(stood.id)), "Approve · keep post")
    told = await desk.client.chat_postMessage(
        channel="U0BEN", text="Which is right?", blocks=_asking(stood)
    )
    ask = next(m for m in await people["ben"].messages(told["channel"]) if m.ts == told["ts"])
    assert await people["ben"].click(ask, "Adjudicate…")
    view = await people["ben"].wait_for_view("They did not see what the AI proposes")
    assert view.says("AI's choice")
    assert view.says("<@U0ANA> chose *Approve · keep post*")
    said = {"What is right?": "Approve · keep post", "Note": "A quote."}
    assert await people["ben"].submit(view, said)
    case = await desk.case(stood.id)
    assert case.outcome is not None
    assert case.check is not None
    assert (case.outcome.label, case.outcome.note) == ("clean", "A quote.")
    assert (case.check.state, case.check.settled_by) == (CheckState.SETTLED, "U0BEN")


def _asking(case: Case) -> list[dict[str, Any]]:
    return asking_message(case).blocks


async def test_nobody_without_that_office_is_shown_what_the_ai_said(
    desk: Desk, people: People
) -> None:
    stood, *_ = await moderated(desk)
    await people["ben"].click(await desk.show(await desk.case(stood.id)), "Approve · keep post")
    told = await desk.client.chat_postMessage(
        channel="U0ANA", text="Which is right?", blocks=_asking(stood)
    )
    ask = next(m for m in await people["ana"].messages(told["channel"]) if m.ts == told["ts"])
    await people["ana"].click(ask, "Adjudicate…")
    assert not await people["ana"].views()


async def test_withdrawing_looks_alike(desk: Desk, people: People) -> None:
    cases = await moderated(desk)
    for case in cases:
        card = await desk.show(await desk.case(case.id))
        await people["ben"].choose(card, ids.MORE, "Withdraw…")
        form = await people["ben"].wait_for_view("Reason")
        assert await people["ben"].submit(form, {})
        after = await desk.show(await desk.case(case.id))
        assert after.says("Withdrawn")
    states = [(await desk.case(case.id)).state for case in cases[:2]]
    assert states == [CaseState.DECIDED, CaseState.WITHDRAWN]
