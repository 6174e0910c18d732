"""Modals hold a whole case within Slack's limits."""

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.limits.views import check_view
from bot.slack.cards.case import case_card
from bot.slack.cards.details import case_view, full_text_view, refused_view
from bot.slack.cards.forms import hand_over_form, label_form, note_form, withdraw_form
from bot.slack.cards.history import history_view
from bot.slack.message import View
from hitl.cases import Event, Evidence, Note
from tests.slack.samples import MODERATION, NOON, digit, labelling, post

PIECES = ["", "&", "\N{WOMAN}", "\x00", "<!channel> ", "long \n\n", '"']
HOSTILE = [piece * times for piece in PIECES for times in (1, 40, 30_000)]


def assert_opens(view: View) -> None:
    check_view(view, kind="modal", unsupported=frozenset())


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{len(text)}x{text[:1]!r}")
def test_every_modal_opens_whatever_is_in_the_case(text: str) -> None:
    evidence = (Evidence(text, text=text), Evidence(text, fields=((text[:99], text),) * 20))
    case = post(title=text, text=text, evidence=evidence * 5, notes=(Note("bo", text, NOON),))
    events = [Event("note_added", "bo", NOON, {}), Event(text, text, NOON, {"a": text})]
    card = case_card(case, use_case=MODERATION, now=NOON)
    assert_opens(full_text_view(case))
    assert_opens(history_view(case, events * 60))
    assert_opens(case_view(case, card))
    for form in (note_form, hand_over_form, withdraw_form):
        assert_opens(form(case))


def test_a_form_offers_a_thousand_labels_in_groups() -> None:
    labels = [f"{'label ' * 14}{n}" for n in range(1_000)]
    view = label_form(digit(label=labels[0], scores={}), use_case=labelling(*labels))
    assert_opens(view)
    groups = view["blocks"][1]["element"]["option_groups"]
    assert sum(len(group["options"]) for group in groups) == 999


def test_forms_of_two_cases_share_no_block_id() -> None:
    def named(case_id: int) -> set[Any]:
        return {block.get("block_id") for block in note_form(post(id=case_id))["blocks"]} - {None}

    assert named(1)
    assert not named(1) & named(2)


def test_a_text_too_long_for_a_modal_says_so() -> None:
    shown = str(full_text_view(post(text="x" * 300_000))["blocks"])
    assert "The rest is too long for this view." in shown


def test_the_full_text_holds_what_the_card_cuts() -> None:
    evidence = (Evidence("Author", fields=tuple((f"field {n}", str(n)) for n in range(30))),)
    shown = str(full_text_view(post(text="x" * 5_000, evidence=evidence))["blocks"])
    assert shown.count("x") >= 5_000
    assert "field 29: 29" in shown
    assert "toxicity@3" in shown


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (Event("submitted", "caller", NOON, {"reason": "a tie"}), "caller sent it: a tie"),
        (
            Event("decided", "U0ANA", NOON, {"verdict": "reject", "label": "8"}),
            "<@U0ANA> decided: reject, label 8",
        ),
        (
            Event("handed_over", "U0ANA", NOON, {"to": "U0BEN"}),
            "<@U0ANA> handed it over to <@U0BEN>",
        ),
        (Event("withdrawn", "caller", NOON, {}), "caller withdrew it"),
        (Event("withdrawn", "eve", NOON, {}), "eve withdrew it: &lt;!here&gt;"),
        (
            Event("truth_recorded", "audit", NOON, {"label": "clean"}),
            "audit told what was right: clean",
        ),
        (Event("note_added", "bo", NOON, {}), "bo noted: It is a quotation"),
        (Event("note_added", "di", NOON, {}), "di added a note"),
        (Event("something_new", "bo", NOON, {}), "bo something new"),
    ],
)
def test_every_event_is_told_in_words(event: Event, line: str) -> None:
    noted = post(notes=(Note("bo", "It is a quotation", NOON), Note("eve", "<!here>", NOON)))
    [block] = history_view(noted, [event])["blocks"]
    assert block["elements"][0]["text"].endswith(f" · {line}")


def test_a_long_history_keeps_the_latest() -> None:
    events = [
        Event("decided", "bo", NOON + timedelta(seconds=n), {"verdict": "flag", "label": str(n)})
        for n in range(200)
    ]
    shown = str(history_view(post(), events)["blocks"])
    assert "What happened before is too long" in shown
    assert "label 199" in shown


def test_a_refusal_is_shown_with_its_mentions() -> None:
    [block] = refused_view("Ask <@U0ANA>.")["blocks"]
    assert block["text"] == {"type": "mrkdwn", "text": "Ask <@U0ANA>."}
