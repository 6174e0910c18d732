"""Untrusted text becomes inert and short; quantities read as people say them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.text import clean, clip, duration, escape, mention, moment, money, mrkdwn, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<!channel> & <@U1>", "&lt;!channel&gt; &amp; &lt;@U1&gt;"),
        ("&lt;", "&amp;lt;"),
        ("a\u202egnp.exe", "agnp.exe"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("two\nlines", "two lines"),
        ("half \ud83d of a face", "half \ufffd of a face"),
    ],
)
def test_untrusted_text_is_inert_in_markup(text: str, shown: str) -> None:
    assert mrkdwn(text, 100) == shown


@pytest.mark.parametrize("text", ["می\u200cشود", "👨\u200d👩\u200d👧"])
def test_joiners_that_shape_what_is_read_are_kept(text: str) -> None:
    assert clean(text) == text


@pytest.mark.parametrize("text", ["pass\u200dword", "\u200cx", "ب\u200c\u200c\u200cب", "ب\u200d"])
def test_joiners_that_only_hide_are_removed(text: str) -> None:
    assert "\u200c" not in clean(text)
    assert "\u200d" not in clean(text)


@given(st.text(), st.integers(min_value=8, max_value=60))
def test_escaped_text_keeps_its_limit_and_whole_entities(text: str, limit: int) -> None:
    shown = mrkdwn(text, limit)
    assert len(shown) <= limit
    assert "<" not in shown
    assert ">" not in shown
    for part in shown.split("&")[1:]:
        assert part.startswith(("amp;", "lt;", "gt;"))


@given(st.text())
def test_cleaning_twice_changes_nothing_more(text: str) -> None:
    assert clean(clean(text)) == clean(text)


def test_a_long_text_of_ampersands_is_cut_before_it_is_escaped() -> None:
    assert mrkdwn("&" * 100, 20) == "&amp;" * 3 + "…"


def test_clipped_text_says_so() -> None:
    assert clip("abcdef", 6) == "abcdef"
    assert clip("abcdefg", 6) == "abcde…"


def test_one_line_has_no_line_breaks_and_no_runs_of_spaces() -> None:
    assert one_line("a\r\n\u2028  b\tc", 10) == "a b c"


def test_escaping_leaves_everything_else_alone() -> None:
    assert escape("*bold* _it_ `code` ünïcode 👍") == "*bold* _it_ `code` ünïcode 👍"


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        ("U0ANA", "<@U0ANA>"),
        ("W012A3CDE", "<@W012A3CDE>"),
        ("ana@example.org", "ana@example.org"),
        ("U0ANA><!channel>", "U0ANA&gt;&lt;!channel&gt;"),
        ("Uma", "Uma"),
    ],
)
def test_only_slack_users_are_mentioned(person: str, shown: str) -> None:
    assert mention(person) == shown


def test_a_moment_is_shown_in_the_readers_zone_and_falls_back_to_utc() -> None:
    at = datetime(2026, 11, 23, 12, 0, 5, tzinfo=UTC)
    fallback = "2026-11-23 12:00 UTC"
    assert moment(at) == f"<!date^1795435205^{{date_short_pretty}} at {{time}}|{fallback}>"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (-3, "0 s"),
        (0.4, "0 s"),
        (41.9, "41 s"),
        (60, "1 min"),
        (3599, "59 min"),
        (3600, "1 h"),
        (7800, "2 h 10 min"),
        (86_400, "1 d"),
        (273_600, "3 d 4 h"),
    ],
)
def test_durations_are_said_in_two_units_at_most(seconds: float, words: str) -> None:
    assert duration(seconds) == words


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (0, "USD", "$0.00"),
        (0.081, "USD", "$0.081"),
        (0.00031, "USD", "$0.00031"),
        (0.000000042, "EUR", "€0.000000042"),
        (2, "USD", "$2.00"),
        (1240.4, "GBP", "£1,240"),
        (3.5, "CHF", "CHF 3.50"),
    ],
)
def test_money_keeps_the_digits_that_matter(amount: float, currency: str, words: str) -> None:
    assert money(amount, currency) == words
