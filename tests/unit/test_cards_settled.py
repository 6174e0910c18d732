"""A settled case's card tells what became of it, and every change of a card shows."""

from dataclasses import replace
from typing import Any

import pytest

from hitl.cases import Case, Evidence, Note
from hitl.vocabulary import By, CaseState, Verdict
from tests.slack.cards import buttons, card, elements, objects, rarer, words
from tests.slack.samples import DIGITS, MODERATION, NOON, by_ana, digit, labelling, post


def test_a_decided_card_says_what_who_when_and_how_long() -> None:
    message = card(post(**by_ana(Verdict.REJECT, "violation")), MODERATION)
    shown = words(message)
    assert "✖ *Reject · remove post* · label violation" in shown
    assert "by <@U0ANA> · <!date^1795435241^" in shown
    assert "after 41 s · as the AI proposed" in shown
    assert not buttons(message)
    assert rarer(message) == ["Add a note…", "Full text", "History", "Undo", "Overrule…"]
    assert message.text.startswith("Reject · remove post, by <@U0ANA>: Reply in r/cooking.")


def test_a_button_that_names_the_label_is_not_followed_by_it() -> None:
    rule = MODERATION.labels["clean"].model_copy(update={"button": "clean"})
    rules = MODERATION.model_copy(update={"labels": {**MODERATION.labels, "clean": rule}})
    shown = words(card(post(**by_ana(Verdict.APPROVE, "clean")), rules))
    assert "✔ *Approve · clean*" in shown
    assert "label clean" not in shown


def test_a_decision_against_the_ai_says_what_it_had_proposed() -> None:
    shown = words(card(digit(**by_ana(Verdict.REJECT, "8")), DIGITS))
    assert "✖ *Reject · 8*" in shown
    assert "the AI proposed 3 (62 %)" in shown


def test_a_flag_is_said_once() -> None:
    shown = words(card(post(**by_ana(Verdict.FLAG, "clean")), MODERATION))
    assert "⚑ *Flag · keep and monitor* · label clean\n" in shown


def test_a_flag_that_was_cleared_says_so() -> None:
    flagged = by_ana(Verdict.FLAG, "clean")
    cleared = replace(flagged["outcome"], flagged=False, revision=2)
    shown = words(card(post(**flagged | {"outcome": cleared}), MODERATION))
    assert "⚑ *Flag · keep and monitor* · label clean · flag cleared · revision 2" in shown


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
    small = [node for node in objects(message.blocks) if node["type"] == "image"]
    assert small == [{"type": "image", "alt_text": "Scan", "slack_file": {"id": "F05"}}]


def test_a_withdrawn_case_says_so_and_takes_no_decision() -> None:
    message = card(post(state=CaseState.WITHDRAWN), MODERATION)
    assert "⊘ *Withdrawn*" in words(message)
    assert not buttons(message)
    assert rarer(message) == ["Add a note…", "Full text", "History"]


def test_a_disputed_case_says_so_and_leads_adjudicators_to_its_votes() -> None:
    message = card(post(state=CaseState.DISPUTED), MODERATION)
    assert "⚖ *Disputed*" in words(message)
    assert list(buttons(message)) == ["Adjudicate…"]


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
