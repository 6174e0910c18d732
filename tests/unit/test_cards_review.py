"""The modal of review mode keeps Slack's limits, whatever is in the case, and says how it goes."""

from datetime import timedelta
from typing import Any

import pytest

from bot.slack.cards.case import case_card
from bot.slack.cards.review import (
    Standing,
    ended_view,
    finished_view,
    opening_view,
    review_view,
    undo_offered,
)
from bot.slack.commands import NotUnderstood, use_case_asked
from bot.slack.message import View
from bot.slack.sitting import Sitting
from hitl.cases import Evidence, Note
from hitl.reports.answers import Queue
from hitl.reports.sittings import SittingFigures
from tests.slack.samples import DIGITS, MODERATION, NOON, digit, post
from tests.unit.test_cards_modals import HOSTILE, assert_opens

TWO_MINUTES = timedelta(minutes=2)


def figures(**changes: object) -> SittingFigures:
    values = {
        "done": 3,
        "skipped": 0,
        "left": 12,
        "left_is_more": False,
        "median_seconds": 4.24,
        "last_case": 40,
        "last_at": NOON,
    }
    return SittingFigures(**values | changes)  # type: ignore[arg-type]


def standing(said: str | None = None, undo: int | None = 40, **changes: Any) -> Standing:
    return Standing(Sitting("content-moderation", since=0.0), figures(**changes), said, undo)


def waiting(number: int) -> Queue:
    return Queue("content-moderation", number, NOON)


def words(view: View) -> str:
    return str(view["blocks"])


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: f"{len(text)}x{text[:1]!r}")
def test_the_modal_opens_whatever_is_in_the_case(text: str) -> None:
    evidence = (Evidence(text, text=text), Evidence(text, fields=((text[:99], text),) * 20))
    case = post(title=text, text=text, evidence=evidence * 5, notes=(Note("bo", text, NOON),) * 3)
    card = case_card(case, use_case=MODERATION, now=NOON)
    assert_opens(review_view(case, card, standing=standing("x" * 500), kept_until=NOON))


def test_the_other_modals_open_too() -> None:
    assert_opens(opening_view())
    assert_opens(finished_view(waiting(2), standing=standing("Done")))
    assert_opens(ended_view("Done", "Only reviewers can decide here."))
    case = digit()
    card = case_card(case, use_case=DIGITS, now=NOON)
    assert_opens(review_view(case, card, standing=standing(), kept_until=NOON))


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({}, "*3 done* · 12 left · median 4.2 s"),
        ({"done": 0, "median_seconds": None}, "*0 done* · 12 left · kept"),
        ({"skipped": 2}, "12 left · 2 skipped · median"),
        ({"left": 1_000, "left_is_more": True}, "1,000+ left"),
        ({"median_seconds": 95.0}, "median 1 min"),
    ],
)
def test_one_line_says_how_it_goes(changes: dict[str, Any], line: str) -> None:
    case = post()
    card = case_card(case, use_case=MODERATION, now=NOON)
    view = review_view(case, card, standing=standing(**changes), kept_until=NOON)
    assert line in view["blocks"][0]["elements"][0]["text"]


def test_a_modal_with_nothing_left_says_why() -> None:
    assert "Nothing is waiting. Thank you!" in words(finished_view(waiting(0), standing=standing()))
    one = words(finished_view(waiting(1), standing=standing()))
    assert "1 case still waiting: somebody has it in hand, or you skipped it." in one
    two = words(finished_view(waiting(2), standing=standing()))
    assert "2 cases still waiting: others have them in hand, or you skipped them." in two


@pytest.mark.parametrize(
    ("after", "offered"),
    [(timedelta(), 40), (TWO_MINUTES, 40), (TWO_MINUTES + timedelta(seconds=1), None)],
)
def test_undoing_is_offered_within_the_time_for_it(after: timedelta, offered: int | None) -> None:
    assert undo_offered(figures(), within=TWO_MINUTES, now=NOON + after) == offered


def test_before_the_first_decision_there_is_nothing_to_undo() -> None:
    none_yet = figures(done=0, last_case=None, last_at=None)
    assert undo_offered(none_yet, within=TWO_MINUTES, now=NOON) is None


def test_a_form_on_top_remembers_what_is_beneath() -> None:
    sitting = Sitting("spam", since=1.5, case_id=7)
    form = sitting.beneath({"callback_id": "note_form", "private_metadata": "7"})
    assert Sitting.of(form) == sitting
    assert Sitting.of({"callback_id": "note_form", "private_metadata": "7"}) is None


def test_the_use_case_to_review_is_known_or_asked_for() -> None:
    known = ["spam", "digits"]
    assert use_case_asked([], known=known) is None
    assert use_case_asked(["digits"], known=known) == "digits"
    with pytest.raises(NotUnderstood, match='Did you mean "digits"'):
        use_case_asked(["digit"], known=known)
    with pytest.raises(NotUnderstood, match="Use cases: spam, digits"):
        use_case_asked(["spam", "digits"], known=known)
