"""The case card asks so that it can be answered at a glance, and tells what was decided."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.slack.cards.case import case_card
from bot.slack.message import Message
from hitl.cases import Case, Evidence, Note
from hitl.policy import UseCase
from hitl.vocabulary import By, CaseState, Verdict
from tests.slack.samples import DIGITS, MAIL, MODERATION, NOON, by_ana, digit, labelling, post

LATER = NOON + timedelta(minutes=3)


def card(case: Case, use_case: UseCase, **options: Any) -> Message:
    return case_card(case, use_case=use_case, now=LATER, **options)


def words(message: Message) -> str:
    """Everything the card shows, block after block."""
    return "\n".join(_texts(message.blocks))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)


def elements(message: Message) -> list[dict[str, Any]]:
    """What can be pressed, left to right."""
    return [
        element
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def rarer(message: Message) -> list[str]:
    """The words of the overflow menu."""
    nodes = _objects(message.blocks)
    menu = next(node for node in nodes if node["type"] == "overflow")
    return [option["text"]["text"] for option in menu["options"]]


def buttons(message: Message) -> dict[str, str | None]:
    """The buttons' words and their style."""
    return {
        element["text"]["text"]: element.get("style")
        for element in elements(message)
        if element["type"] == "button"
    }


def test_an_open_card_shows_question_proposal_reason_item_and_buttons() -> None:
    shown = words(card(post(), MODERATION))
    places = [
        shown.index(part)
        for part in (
            "May this post stay up?",
            "content-moderation · case 41 · post-8841",
            "▰▰▰▰▰▰▰▱▱▱  70 %",
            "violation",
            "▰▰▰▱▱▱▱▱▱▱  30 %",
            "clean",
            "violation 70 % is under its 87 % threshold",
            "“Matches two slur patterns, one quoted”",
            "Reply in r/cooking",
            "He called it trash, and honestly the recipe is.",
            "Approve · keep post",
        )
    ]
    assert places == sorted(places)


def test_the_buttons_of_a_verdict_use_case_speak_of_the_item() -> None:
    assert buttons(card(post(), MODERATION)) == {
        "Approve · keep post": "primary",
        "Reject · remove post": "danger",
        "Flag · keep and monitor": None,
    }


def test_the_buttons_of_two_labels_speak_of_the_proposal() -> None:
    mail = post(use_case="mail", label="spam", scores={"spam": 0.7, "ham": 0.3})
    assert buttons(card(mail, MAIL)) == {
        "Approve · spam": "primary",
        "Reject · ham": None,
        "Flag · spam, look again": None,
    }


def test_with_many_labels_a_rejection_is_one_choice_likeliest_first() -> None:
    shown = card(digit(), DIGITS)
    assert buttons(shown) == {"Approve · 3": "primary", "Flag · 3, look again": None}
    menu = next(element for element in elements(shown) if element["type"] == "static_select")
    assert menu["placeholder"]["text"] == "Reject…"
    offered = [option["text"]["text"] for option in menu["options"]]
    assert offered == ["8", "5", "9", "1", "0", "2", "4", "6", "7"]
    assert menu["options"][0]["value"] == "7:8"


def test_a_label_without_scores_is_proposed_without_a_bar() -> None:
    shown = words(card(digit(confidence=None, scores={}), DIGITS))
    assert "The AI proposes" in shown
    assert "▰" not in shown


def test_more_than_three_options_are_counted() -> None:
    assert "and 2 more" in words(card(digit(), DIGITS))


def test_a_score_never_reads_as_the_threshold_it_misses() -> None:
    near = post(confidence=0.8696, scores={"violation": 0.8696, "clean": 0.1304})
    assert "86.96 %" in words(card(near, MODERATION))


def test_a_bar_is_full_or_empty_only_when_certain() -> None:
    shown = words(card(post(scores={"violation": 0.999, "clean": 0.001}), MODERATION))
    assert "▰▰▰▰▰▰▰▰▰▱" in shown
    assert "▰▱▱▱▱▱▱▱▱▱" in shown


def test_buttons_carry_the_case_and_nothing_else() -> None:
    values = [e["value"] for e in elements(card(post(), MODERATION)) if e["type"] == "button"]
    assert values == ["41", "41", "41"]


def test_rarer_intents_are_under_more() -> None:
    assert rarer(card(post(), MODERATION)) == [
        "Add a note",
        "Full text",
        "History",
        "Hand over…",
        "Withdraw…",
    ]


def test_a_long_item_is_cut_and_says_how_much_is_missing() -> None:
    shown = words(card(post(text="x" * 3810), MODERATION))
    assert "(2,310 more characters, see Full text)" in shown


def test_evidence_of_every_kind_is_shown() -> None:
    evidence = (
        Evidence("Thread", text="Earlier: calm down"),
        Evidence("Author", fields=(("Joined", "2019"), ("Reports", "2"))),
        Evidence("Photo", image_url="https://example.org/a.png"),
        Evidence("Scan", image_id=5),
        Evidence("Lost scan", image_id=6),
        Evidence("Ticket", url="https://example.org/t/1?secret=2"),
    )
    message = card(post(evidence=evidence), MODERATION, files={5: "F05"})
    shown = words(message)
    pictures = [block for block in message.blocks if block["type"] == "image"]
    assert "Earlier: calm down" in shown
    assert "*Joined*\n2019" in shown
    assert pictures[0]["image_url"] == "https://example.org/a.png"
    assert pictures[1]["slack_file"] == {"id": "F05"}
    assert "Picture: Lost scan (not uploaded)" in shown
    assert "example.org/t/1" in shown


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "ftp://example.org/a", "https://", "https://a b.example/", "//x/y"],
)
def test_an_address_that_is_no_web_address_is_no_link(address: str) -> None:
    evidence = (Evidence("Ticket", url=address), Evidence("Photo", image_url=address))
    message = card(post(evidence=evidence), MODERATION)
    assert "not a web address" in words(message)
    assert '"link"' not in str(message.blocks).replace("'", '"')
    assert not [block for block in message.blocks if block["type"] == "image"]


def test_markup_in_the_item_stays_text() -> None:
    hostile = "<!channel> *now* <https://evil.example|bank>"
    message = card(post(title=hostile, text=hostile, key=hostile, reason=hostile), MODERATION)
    assert "<!channel>" not in message.text
    interpreted = [node["text"] for node in _objects(message.blocks) if node["type"] == "mrkdwn"]
    assert not [text for text in interpreted if "channel" in text]


def _objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for value in node.values():
            yield from _objects(value)
    elif isinstance(node, list):
        for item in node:
            yield from _objects(item)


def test_notes_are_shown_with_their_authors() -> None:
    notes = tuple(Note(author, f"note {n}", NOON) for n, author in enumerate(("bo", "U0ANA") * 2))
    message = card(post(notes=notes), MODERATION)
    shown = words(message)
    assert "1 earlier note" in shown
    assert ": note 3" in shown
    assert {"type": "user", "user_id": "U0ANA"} in list(_objects(message.blocks))


def test_the_summary_can_be_decided_by_without_seeing_the_blocks() -> None:
    assert card(post(), MODERATION).text == (
        "May this post stay up? Reply in r/cooking. The AI proposes violation (70 %): violation"
        " 70 % is under its 87 % threshold. Its reasoning: “Matches two slur patterns, one quoted”."
        " Waiting for 3 min. Case 41 in content-moderation."
    )


def test_a_decided_card_says_what_who_when_and_how_long() -> None:
    message = card(post(**by_ana(Verdict.REJECT, "violation")), MODERATION)
    shown = words(message)
    assert "✖ *Reject · remove post* · label violation" in shown
    assert "by <@U0ANA> · <!date^1795435241^" in shown
    assert "after 41 s · as the AI proposed" in shown
    assert not buttons(message)
    assert rarer(message) == ["Add a note", "Full text", "History"]
    assert message.text.startswith("Reject · remove post, by <@U0ANA>: Reply in r/cooking.")


def test_a_decision_against_the_ai_says_what_it_had_proposed() -> None:
    shown = words(card(digit(**by_ana(Verdict.REJECT, "8")), DIGITS))
    assert "✖ *Reject · 8*" in shown
    assert "the AI proposed 3 (62 %)" in shown


def test_a_flag_is_visible() -> None:
    shown = words(card(post(**by_ana(Verdict.FLAG, "clean")), MODERATION))
    assert "⚑ *Flag · keep and monitor* · label clean · flagged" in shown


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ({"reviewer": "bo@example.org"}, "by bo@example.org"),
        ({"reviewer": None, "by": By.AI}, "by the AI"),
        ({"reviewer": None, "by": By.DEADLINE}, "by the deadline"),
    ],
)
def test_an_outcome_says_where_it_comes_from(change: dict[str, Any], by: str) -> None:
    decided = by_ana(Verdict.APPROVE, "clean", **change)
    assert by in words(card(post(**decided), MODERATION))


def test_the_reviewers_own_words_are_shown() -> None:
    decided = by_ana(Verdict.APPROVE, "clean", note="Quoted, not said")
    assert "“Quoted, not said”" in words(card(post(**decided), MODERATION))


def test_a_decided_card_keeps_a_small_picture() -> None:
    scan = (Evidence("Scan", image_id=5),)
    message = card(digit(evidence=scan, **by_ana(Verdict.APPROVE, "3")), DIGITS, files={5: "F05"})
    small = [node for node in _objects(message.blocks) if node["type"] == "image"]
    assert small == [{"type": "image", "alt_text": "Scan", "slack_file": {"id": "F05"}}]


def test_a_withdrawn_case_says_so_and_takes_no_decision() -> None:
    message = card(post(state=CaseState.WITHDRAWN), MODERATION)
    assert "⊘ *Withdrawn*" in words(message)
    assert not buttons(message)
    assert rarer(message) == ["Add a note", "Full text", "History"]


def test_a_disputed_case_says_so_and_can_still_be_decided() -> None:
    message = card(post(state=CaseState.DISPUTED), MODERATION)
    assert "⚖ *Disputed*" in words(message)
    assert "Approve · keep post" in buttons(message)


@pytest.mark.parametrize(
    "changed",
    [
        post(notes=(Note("bo", "hm", NOON),)),
        post(state=CaseState.DISPUTED),
        post(**by_ana(Verdict.REJECT, "violation")),
        post(**by_ana(Verdict.REJECT, "violation", revision=2)),
    ],
)
def test_a_changed_card_has_new_block_ids(changed: Case) -> None:
    def named(case: Case) -> set[str]:
        blocks = card(case, MODERATION).blocks
        return {block["block_id"] for block in blocks if "block_id" in block}

    assert not named(post()) & named(changed)


def test_the_plain_form_has_only_the_plainest_blocks() -> None:
    evidence = (Evidence("Photo", image_url="https://example.org/a.png"),)
    message = card(post(evidence=evidence), MODERATION, plain=True)
    assert {block["type"] for block in message.blocks} == {"section", "actions"}
    assert "Approve · keep post" in buttons(message)


def test_a_label_that_left_the_policy_can_only_be_replaced() -> None:
    three = labelling("a", "b", "c")
    shown = card(digit(label="old", scores={"old": 0.6, "b": 0.4}), three)
    assert not buttons(shown)
    assert [option["text"]["text"] for option in elements(shown)[0]["options"]] == ["b", "a", "c"]
    assert "Reject · old" in words(card(digit(**by_ana(Verdict.REJECT, "old")), three))
