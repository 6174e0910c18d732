"""What is typed after ``/hitl`` is read leniently and refused helpfully."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.commands import (
    NotUnderstood,
    StatsAsked,
    case_asked,
    command_word,
    stats_asked,
)
from hitl.reports.windows import WindowNotUnderstood

KNOWN = ("spam", "content-moderation", "7d")


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("", StatsAsked(None, timedelta(days=7))),
        ("spam", StatsAsked("spam", timedelta(days=7))),
        ("24h", StatsAsked(None, timedelta(hours=24))),
        ("spam 4w", StatsAsked("spam", timedelta(weeks=4))),
        ("4W spam", StatsAsked("spam", timedelta(weeks=4))),
        ("4w 7d", StatsAsked("7d", timedelta(weeks=4))),
    ],
)
def test_use_case_and_window_come_in_either_order(text: str, asked: StatsAsked) -> None:
    assert stats_asked(text.split(), known=KNOWN) == asked


@pytest.mark.parametrize("text", ["0d", "7", "d", "7m", "spam 1d x", "10000h"])
def test_other_words_are_refused_with_what_is_known(text: str) -> None:
    with pytest.raises(NotUnderstood, match=r"content-moderation.*24h, 7d, 4w"):
        stats_asked(text.split(), known=KNOWN)


@pytest.mark.parametrize("text", ["spam spam", "spam 1d 2d", "7d spam content-moderation"])
def test_two_of_a_kind_are_refused_as_two_of_a_kind(text: str) -> None:
    with pytest.raises(NotUnderstood, match=r"at most one use case and one window.*stats spam 7d"):
        stats_asked(text.split(), known=KNOWN)


def test_more_than_a_year_is_refused() -> None:
    with pytest.raises(WindowNotUnderstood, match="longer than a year"):
        stats_asked(["367d"], known=KNOWN)


@pytest.mark.parametrize(("text", "word"), [("", "help"), ("  ", "help"), ("STATS 7d", "stats")])
def test_the_first_word_is_the_command(text: str, word: str) -> None:
    assert command_word(text)[0] == word


@pytest.mark.parametrize("text", ["41", "#41"])
def test_a_case_is_named_by_its_number(text: str) -> None:
    assert case_asked([text]) == 41


@given(st.text())
def test_anything_typed_is_read_or_refused(text: str) -> None:
    try:
        word, rest = command_word(text)
        if word == "stats":
            stats_asked(rest, known=KNOWN)
        if word == "case":
            case_asked(rest)
    except NotUnderstood:
        pass
