"""An open case's card asks so that it can be answered at a glance."""

import pytest

from hitl.cases import Evidence, Note
from tests.slack.cards import buttons, card, elements, objects, rarer, words
from tests.slack.samples import DIGITS, MAIL, MODERATION, NOON, digit, post


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
    # On the last line shown, for the buttons are to stand in the window without scrolling.
    assert " · and 2 more" in words(card(digit(), DIGITS))


def test_a_score_never_reads_as_the_threshold_it_misses() -> None:
    near = post(confidence=0.8696, scores={"violation": 0.8696, "clean": 0.1304})
    assert "86.96 %" in words(card(near, MODERATION))
    assert "The AI proposes violation (86.96 %)" in card(near, MODERATION).text


def test_a_bar_is_full_or_empty_only_when_certain() -> None:
    shown = words(card(post(scores={"violation": 0.999, "clean": 0.001}), MODERATION))
    assert "▰▰▰▰▰▰▰▰▰▱" in shown
    assert "▰▱▱▱▱▱▱▱▱▱" in shown


def test_buttons_carry_the_case_and_nothing_else() -> None:
    values = [e["value"] for e in elements(card(post(), MODERATION)) if e["type"] == "button"]
    assert values == ["41", "41", "41"]


def test_rarer_intents_are_under_more() -> None:
    assert rarer(card(post(), MODERATION)) == [
        "Add a note…",
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
    interpreted = [node["text"] for node in objects(message.blocks) if node["type"] == "mrkdwn"]
    assert not [text for text in interpreted if "channel" in text]


def test_notes_are_shown_with_their_authors() -> None:
    notes = tuple(Note(author, f"note {n}", NOON) for n, author in enumerate(("bo", "U0ANA") * 2))
    message = card(post(notes=notes), MODERATION)
    shown = words(message)
    assert "1 earlier note" in shown
    assert ": note 3" in shown
    assert {"type": "user", "user_id": "U0ANA"} in list(objects(message.blocks))


def test_the_summary_can_be_decided_by_without_seeing_the_blocks() -> None:
    assert card(post(), MODERATION).text == (
        "May this post stay up? Reply in r/cooking. The AI proposes violation (70 %): violation"
        " 70 % is under its 87 % threshold. Its reasoning: “Matches two slur patterns, one quoted”."
        " Waiting for 3 min. Case 41 in content-moderation."
    )
