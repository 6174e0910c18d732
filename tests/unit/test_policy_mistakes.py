# ruff: noqa: E501 - a message is read best as it is told: on one line
"""Mistakes that people make in a policy, and the message that each of them gets."""

import pytest

from hitl.policy import PolicyError, parse_policy
from hitl.policy.nearest import (
    near_channel,
    near_currency,
    near_length,
    near_person,
    near_time,
    near_zone,
)

GOOD = """\
[use_cases.content-moderation]
preset    = "moderation-two-sided"
channel   = "#moderation"
question  = "May this post stay up?"
reviewers = ["@moderators"]
leads     = ["@moderation-leads"]
approvers = { legal = "@legal", security = "@security" }
digest    = { day = "mon", at = "09:00", zone = "Europe/Berlin" }
[use_cases.content-moderation.labels]
clean     = { verdict = "approve", auto_at = 0.92, button = "keep post" }
violation = { verdict = "reject", auto_at = 0.87, button = "remove post" }
[use_cases.content-moderation.costs]
review = 2.00
error  = { clean = 50.0, violation = 5.0 }
[use_cases.content-moderation.deadline]
remind = ["30m"]
due    = "4h"
then   = "ai"
"""

MISTAKES = [
    # what was changed in the file above, into what, and what is told of it: line, key, words
    (
        "[use_cases.content-moderation]\n",
        "[use_case.content-moderation]\n",
        '1: use_case: unknown key "use_case"; did you mean "use_cases"?',
    ),
    (
        '"moderation-two-sided"',
        '"moderation-2-sided"',
        '2: preset: unknown preset "moderation-2-sided"; did you mean "moderation-two-sided"?',
    ),
    ("channel   =", "chanel   =", '3: chanel: unknown key "chanel"; did you mean "channel"?'),
    (
        '"#moderation"',
        '"moderation"',
        '3: channel: found "moderation"; must be a lowercase channel name ("#moderation") or a channel id ("C…" or "G…"); did you mean "#moderation"?',
    ),
    (
        '"#moderation"',
        '"#Moderation"',
        '3: channel: found "#Moderation"; must be a lowercase channel name ("#moderation") or a channel id ("C…" or "G…"); did you mean "#moderation"?',
    ),
    (
        '"May this post stay up?"',
        '""',
        '4: question: found ""; must be 1 to 300 characters on one line',
    ),
    (
        '["@moderators"]',
        '"@moderators"',
        '5: reviewers: found "@moderators"; must be a list of at least one reviewer',
    ),
    (
        '["@moderators"]',
        '["moderators"]',
        '5: reviewers: found "moderators"; must be a user group ("@moderators" or its id, "S…"), a user id ("U…" or "W…") or "channel" for its full members; did you mean "@moderators"?',
    ),
    (
        '["@moderators"]',
        "[]",
        "5: reviewers: found a list of 0; must be a list of at least one reviewer",
    ),
    ("reviewers =", "reviewer =", '5: reviewer: unknown key "reviewer"; did you mean "reviewers"?'),
    (
        '["@moderation-leads"]',
        '["Ana Lima"]',
        '6: leads: found "Ana Lima"; must be a user group ("@moderators" or its id, "S…"), a user id ("U…" or "W…") or "channel" for its full members',
    ),
    (
        '{ legal = "@legal",',
        '{ Legal = "@legal",',
        '7: approvers.Legal: found "Legal"; must be 1 to 30 lowercase letters, digits and dashes',
    ),
    (
        'legal = "@legal"',
        'legal = "legal"',
        '7: approvers.legal: found "legal"; must be a user group ("@moderators" or its id, "S…"), a user id ("U…" or "W…") or "channel" for its full members; did you mean "@legal"?',
    ),
    (
        '{ legal = "@legal", security = "@security" }',
        '["@legal"]',
        '7: approvers: found a list of 1; must be a table of at most 10 people or groups, as in { legal = "@legal" }',
    ),
    (
        '"mon"',
        '"Monday"',
        '8: digest.day: found "Monday"; must be one of "mon", "tue", "wed", "thu", "fri", "sat" and "sun"; did you mean "mon"?',
    ),
    (
        '"09:00"',
        '"9:00"',
        '8: digest.at: found "9:00"; must be a time from "00:00" to "23:59", in quotes; did you mean "09:00"?',
    ),
    (
        '"Europe/Berlin"',
        '"Europe/Berln"',
        '8: digest.zone: found "Europe/Berln"; must be a time zone\'s IANA name, as in "Europe/Berlin"; did you mean "Europe/Berlin"?',
    ),
    ("zone =", "timezone =", '8: digest.timezone: unknown key "timezone"; did you mean "zone"?'),
    (
        "auto_at = 0.87",
        "auto_at = 87",
        "11: labels.violation.auto_at: found 87; must be above 0 and at most 1, as in 0.95; did you mean 0.87?",
    ),
    (
        "auto_at = 0.87",
        'auto_at = "0.87"',
        '11: labels.violation.auto_at: found "0.87"; must be above 0 and at most 1, as in 0.95; did you mean 0.87?',
    ),
    (
        "auto_at = 0.87",
        "auto-at = 0.87",
        '11: labels.violation.auto-at: unknown key "auto-at"; did you mean "auto_at"?',
    ),
    (
        '"reject"',
        '"rejct"',
        '11: labels.violation.verdict: found "rejct"; must be "approve" or "reject"; did you mean "reject"?',
    ),
    (
        'verdict = "reject", ',
        'verdict = "approve", ',
        '9: labels: must be exactly two where labels have verdicts, one with "approve" and one with "reject"',
    ),
    (
        "violation = {",
        "violations = {",
        '14: costs.error.violation: unknown label "violation"; did you mean "violations"?',
    ),
    (
        "clean = 50.0",
        "clena = 50.0",
        '14: costs.error.clena: unknown label "clena"; did you mean "clean"?',
    ),
    (
        "review = 2.00",
        "review = -2",
        "13: costs.review: found -2; must be an amount of at least 0, as in 2.50",
    ),
    (
        "review = 2.00",
        "review = 2.00\nreviewer_hour = 30",
        "14: costs.reviewer_hour: found 30; must be left out where review gives the cost",
    ),
    (
        "review = 2.00",
        'currency = "usd"',
        '13: costs.currency: found "usd"; must be three capital letters, as in "USD"; did you mean "USD"?',
    ),
    (
        '"4h"',
        '"4 hours"',
        '17: deadline.due: found "4 hours"; must be a length of time like "90s", "30m", "2h" or "3d"; did you mean "4h"?',
    ),
    ('["30m"]', '["5h"]', '16: deadline.remind: found "5h"; must come before due, "4h"'),
    (
        '"ai"',
        '"aproove"',
        '18: deadline.then: found "aproove"; must be "wait", "ai", "approve", "reject", "flag" or a table like { to = "@group" }; did you mean "approve"?',
    ),
    ('due    = "4h"\n', "", "17: deadline.then: must be left out unless due says when"),
    ('"@moderators"]', '"@moderators"', "6: is not valid TOML: Unclosed array"),
    (
        'channel   = "#moderation"',
        'channel   = "#moderation"\nchannel = "#other"',
        "4: is not valid TOML: Cannot overwrite a value",
    ),
]


@pytest.mark.parametrize(("right", "wrong", "told"), MISTAKES)
def test_a_mistake_is_told_on_its_line_with_what_was_found_and_what_would_be_right(
    right: str, wrong: str, told: str
) -> None:
    assert GOOD.count(right) == 1
    with pytest.raises(PolicyError) as refused:
        parse_policy(GOOD.replace(right, wrong))
    lines = [str(mistake).removeprefix("policy.toml:") for mistake in refused.value.mistakes]
    short = [line.replace("use_cases.content-moderation.", "") for line in lines]
    assert any(line.startswith(told) for line in short), short


def test_the_policy_that_the_mistakes_are_made_in_is_right() -> None:
    parse_policy(GOOD)
    assert len(MISTAKES) >= 30


def test_all_mistakes_of_a_file_are_told_at_once() -> None:
    text = GOOD
    for right, wrong in (
        ("auto_at = 0.87", "auto_at = 87"),
        ("zone =", "zones ="),
        ('"4h"', '"4"'),
    ):
        text = text.replace(right, wrong)
    with pytest.raises(PolicyError) as refused:
        parse_policy(text)
    assert [mistake.line for mistake in refused.value.mistakes] == [8, 11, 17]


@pytest.mark.parametrize(
    ("meant", "written", "right"),
    [
        (near_channel("Content Moderation"), "Content Moderation", "#content-moderation"),
        (near_channel("a.b"), "a.b", None),
        (near_person("channels"), "channels", "channel"),
        (near_person("Ana Lima"), "Ana Lima", None),
        (near_person("Ana"), "Ana", None),
        (near_time("25:00"), "25:00", None),
        (near_time("9.30"), "9.30", "09:30"),
        (near_length("30 minutes"), "30 minutes", "30m"),
        (near_length("2hrs"), "2hrs", "2h"),
        (near_length("1 week"), "1 week", None),
        (near_length("soon"), "soon", None),
        (near_zone("Berlin"), "Berlin", "Europe/Berlin"),
        (near_zone("Middle Earth"), "Middle Earth", None),
        (near_currency("euros"), "euros", "EUR"),
        (near_currency("12"), "12", None),
    ],
)
def test_what_was_meant_is_guessed_only_where_it_is_near(
    meant: str | None, written: str, right: str | None
) -> None:
    assert meant == right, written
