"""A deadline is taken as it is written, or each mistake in it is told on its line."""

from datetime import timedelta

import pytest

from hitl.policy import Deadline, HandOverRule, HandTo, parse_policy
from hitl.policy.lengths import length_of
from hitl.vocabulary import Verdict
from tests.unit.test_policy_reading import DIGITS, PERSON, SPAM, told

LENGTH = 'a length of time like "90s", "30m", "2h" or "3d"'
THEN = '"wait", "ai", "approve", "reject", "flag" or a table like { to = "@group" }'


def test_a_full_deadline_says_what_it_says() -> None:
    text = """
        [use_cases.spam.deadline]
        remind = ["30m", "2h"]
        hand_over = [{ after = "1h", to = "@seniors" }]
        due = "4h"
        then = { to = "@boss" }
    """
    assert parse_policy(SPAM + text).use_case("spam").deadline == Deadline(
        remind=("30m", "2h"),
        hand_over=(HandOverRule(after="1h", to="@seniors"),),
        due="4h",
        then=HandTo(to="@boss"),
    )


@pytest.mark.parametrize("then", ["wait", "ai", "approve", "reject", "flag"])
def test_an_end_is_one_word(then: str) -> None:
    text = f'deadline = {{ due = "4h", then = "{then}" }}'
    found = parse_policy(SPAM + text).use_case("spam").deadline
    assert found is not None
    assert found.then == then


def test_without_more_words_a_case_goes_on_waiting_after_its_deadline() -> None:
    assert Deadline(due="4h").then == "wait"
    assert parse_policy(SPAM).use_case("spam").deadline is None


@pytest.mark.parametrize(
    ("written", "length"),
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("2h", timedelta(hours=2)),
        ("3d", timedelta(days=3)),
    ],
)
def test_a_length_has_its_unit(written: str, length: timedelta) -> None:
    assert length_of(written) == length


@pytest.mark.parametrize("length", ["0m", "4", "4 h", "h", "1.5h", "1h30m", "-1h", "100000s", "٣h"])
def test_what_is_no_length_is_told(length: str) -> None:
    [mistake] = told(f'{SPAM}deadline.due = "{length}"')
    said = f'4: use_cases.spam.deadline.due: found "{length}"; must be {LENGTH}'
    assert mistake.removesuffix('; did you mean "4h"?') == said


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("= 3", ": found 3; must be a table of remind, hand_over, due and then"),
        (".due = 4", f".due: found 4; must be {LENGTH}"),
        (
            '.remind = "30m"',
            (
                '.remind: found "30m"; must be a list of at most 20 lengths of time, '
                'as in ["30m", "2h"]'
            ),
        ),
        ('.remind = ["soon"]', f'.remind: found "soon"; must be {LENGTH}'),
        ("= { hand_over = [3] }", ".hand_over: found 3; must be a table of after and to"),
        (
            '= { hand_over = [{ to = "@a" }] }',
            f".hand_over.after: is missing; must be {LENGTH}",
        ),
        (
            '= { hand_over = [{ after = "1h", to = "Ana" }] }',
            f'.hand_over.to: found "Ana"; must be {PERSON}',
        ),
        (
            '= { hand_over = [{ after = "1h", to = "@a", at = 1 }] }',
            '.hand_over.at: unknown key "at"; known: "after" and "to"',
        ),
        ('= { due = "4h", then = "later" }', f'.then: found "later"; must be {THEN}'),
        ('= { due = "4h", then = 3 }', f".then: found 3; must be {THEN}"),
        ('= { due = "4h", then = {} }', f".then.to: is missing; must be {PERSON}"),
        (
            '= { due = "4h", then = { to = "x" } }',
            f'.then.to: found "x"; must be {PERSON}; did you mean "@x"?',
        ),
        (
            '= { due = "4h", then = { to = "@a", too = 1 } }',
            '.then.too: unknown key "too"; did you mean "to"? Known: "to"',
        ),
        ('.then = "ai"', ".then: must be left out unless due says when"),
        (
            '= { due = "4h", remind = ["2h", "240m"] }',
            '.remind: found "240m"; must come before due, "4h"',
        ),
        (
            '= { due = "4h", hand_over = [{ after = "1d", to = "@a" }] }',
            '.hand_over.after: found "1d"; must come before due, "4h"',
        ),
        (
            ".reminder = []",
            (
                '.reminder: unknown key "reminder"; did you mean "remind"? '
                'Known: "remind", "hand_over", "due" and "then"'
            ),
        ),
    ],
)
def test_a_wrong_deadline_is_told_with_what_would_be_right(wrong: str, message: str) -> None:
    assert told(f"{SPAM}deadline{wrong}") == [f"4: use_cases.spam.deadline{message}"]


def test_each_mistake_is_told_on_its_own_line() -> None:
    text = """\
[use_cases.spam.deadline]
due = "4h"
remind = [
  "30m",
  "5h",
]
hand_over = [
  { after = "1h", to = "@a" },
  { after = "6h", to = "@b" },
]
"""
    assert [line.partition(":")[0] for line in told(SPAM + text)] == ["8", "12"]


def test_an_end_may_not_reject_where_nobody_says_which_other_label_is_right() -> None:
    reject = '\n[use_cases.digits.deadline]\ndue = "4h"\nthen = "reject"'
    assert told(DIGITS + reject) == [
        (
            '9: use_cases.digits.deadline.then: found "reject"; '
            "must not reject where 3 labels leave open which one is right"
        )
    ]
    two = DIGITS.replace(', "2"', "")
    found = parse_policy(two + reject).use_case("digits").deadline
    assert found is not None
    assert found.then is Verdict.REJECT
