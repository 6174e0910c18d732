"""A policy file is accepted as a whole, or every mistake in it is told on its line."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from hitl.policy import Mistake, Policy, PolicyError, UseCase, parse_policy, read_policy
from hitl.policy.wording import quoted

SPAM = """\
[use_cases.spam]
preset = "spam"
channel = "#mail"
"""
DIGITS = """\
[use_cases.digits]
channel = "#digits"
question = "Which digit?"
auto_at = 0.9
labels = ["0", "1", "2"]
"""
KEYS = quoted([key for key in UseCase.model_fields if key != "name"], most=60)
PRESETS = (
    '"content-moderation", "support-triage", "medical-assist", "spam", "recommendation" '
    'and "moderation-two-sided"'
)
CHANNEL = 'a lowercase channel name ("#moderation") or a channel id ("C…" or "G…")'
PERSON = (
    'a user group ("@moderators" or its id, "S…"), a user id ("U…" or "W…") '
    'or "channel" for its full members'
)
LABELS = "a list of names or a table, of 2 to 1,000 different labels"
UNREADABLE = " is not valid TOML: a number of thousands of digits, or brackets in brackets"
USE_CASES = "1 to 200 tables, each named for its use case, as in [use_cases.spam]"
TARGETS = "a list of addresses"
TARGET = 'an address like "https://example.com/hitl", without a user, a password or a fragment'
THRESHOLD = "above 0 and at most 1, as in 0.95"


def told(text: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        parse_policy(text)
    lines = str(refused.value).splitlines()
    assert lines == [str(mistake) for mistake in refused.value.mistakes]
    return [line.removeprefix("policy.toml:") for line in lines]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("auto_at = 1.4", f"auto_at: found 1.4; must be {THRESHOLD}"),
        ("auto_at = 0", f"auto_at: found 0; must be {THRESHOLD}"),
        ("auto_at = nan", f"auto_at: found nan; must be {THRESHOLD}"),
        ('auto_at = "0.9"', f'auto_at: found "0.9"; must be {THRESHOLD}; did you mean 0.9?'),
        ("auto_at = true", f"auto_at: found true; must be {THRESHOLD}"),
        (
            "labels = { ham = {}, spam = { auto_at = 95 } }",
            f"labels.spam.auto_at: found 95; must be {THRESHOLD}; did you mean 0.95?",
        ),
        (f'auto_at = "{"9" * 99}"', f'auto_at: found "{"9" * 60}…"; must be {THRESHOLD}'),
        ("labels = 3", f"labels: found 3; must be {LABELS}"),
        ('labels = ["ham"]', f"labels: found a list of 1; must be {LABELS}"),
        ("labels = { ham = {} }", f"labels: found a table of 1; must be {LABELS}"),
        ('labels = ["a", "b", "a"]', f"labels: found a list of 3; must be {LABELS}"),
        (
            "labels = { ham = {}, spam = 0.9 }",
            "labels.spam: found 0.9; must be a table of verdict, auto_at and button",
        ),
        (
            'labels = { ham = {}, spam = { verdict = "flag" } }',
            'labels.spam.verdict: found "flag"; must be "approve" or "reject"',
        ),
        (
            'labels = { ham = {}, spam = { button = "" } }',
            'labels.spam.button: found ""; must be 1 to 60 characters on one line',
        ),
        (
            'labels = { ham = {}, spam = { buton = "x" } }',
            (
                'labels.spam.buton: unknown key "buton"; did you mean "button"? '
                'Known: "verdict", "auto_at" and "button"'
            ),
        ),
        (
            "labels = { ham = {}, spam = {}, news = {} }",
            (
                'labels: "news" without a verdict beside labels with one; '
                "give every label a verdict, or none"
            ),
        ),
        (
            'labels = { ham = {}, spam = { verdict = "approve" } }',
            (
                "labels: must be exactly two where labels have verdicts, "
                'one with "approve" and one with "reject"'
            ),
        ),
        (
            'flag_label = "hamm"',
            'flag_label: unknown label "hamm"; did you mean "ham"? Known: "ham" and "spam"',
        ),
        (
            'flag_label = "good"\nlabels = ["good", "bad"]',
            (
                'flag_label: found "good"; must be left out unless labels have verdicts: '
                "a flag lets the AI's label stand"
            ),
        ),
        (
            'chanel = "#spam"',
            f'chanel: unknown key "chanel"; did you mean "channel"? Known: {KEYS}',
        ),
        ("zebra = 1", f'zebra: unknown key "zebra"; known: {KEYS}'),
        ('name = "spam"', f'name: unknown key "name"; known: {KEYS}'),
        (
            'fallback_channel = "mail"',
            f'fallback_channel: found "mail"; must be {CHANNEL}; did you mean "#mail"?',
        ),
        (
            'fallback_channel = "#Mail"',
            f'fallback_channel: found "#Mail"; must be {CHANNEL}; did you mean "#mail"?',
        ),
        ('reviewers = ["Ana Lima"]', f'reviewers: found "Ana Lima"; must be {PERSON}'),
        ("reviewers = []", "reviewers: found a list of 0; must be a list of at least one reviewer"),
        (
            'reviewers = "@mods"',
            'reviewers: found "@mods"; must be a list of at least one reviewer',
        ),
        ('leads = ["ana"]', f'leads: found "ana"; must be {PERSON}; did you mean "@ana"?'),
        (
            'webhooks = "https://a.example"',
            f'webhooks: found "https://a.example"; must be {TARGETS}',
        ),
        ('webhooks = ["a.example"]', f'webhooks: found "a.example"; must be {TARGET}'),
        (
            r'labels = ["caf\u00e9", "cafe\u0301", "x"]',
            (
                'labels."cafe\u0301": looks the same as another label: '
                "'caf\\xe9' and 'cafe\\u0301'; keep one"
            ),
        ),
        (
            r'labels = ["ok", "o\u200bk"]',
            (
                'labels."o\u200bk": looks the same as another label: '
                "'ok' and 'o\\u200bk'; keep one"
            ),
        ),
        (
            r'labels = ["ok", "\u2060"]',
            'labels."\u2060": found "\u2060"; must be 1 to 100 characters on one line',
        ),
        ('webhooks = ["https://["]', f'webhooks: found "https://["; must be {TARGET}'),
        (
            'webhooks = ["https://a:99999999/"]',
            f'webhooks: found "https://a:99999999/"; must be {TARGET}',
        ),
        ('webhooks = ["https://a..b/"]', f'webhooks: found "https://a..b/"; must be {TARGET}'),
        ('webhooks = ["https://u:p@a"]', f'webhooks: found "https://u:p@a"; must be {TARGET}'),
        ('question = "a\\nb"', r'question: found "a\nb"; must be 1 to 300 characters on one line'),
        ('always_review = "yes"', 'always_review: found "yes"; must be true or false'),
        (
            "audit_rate = 5",
            "audit_rate: found 5; must be at least 0 and at most 1, as in 0.02; did you mean 0.05?",
        ),
        ("max_error = 0", "max_error: found 0; must be above 0 and under 1, as in 0.02"),
        (
            'digest = { at = "0٩:00" }',
            'digest.at: found "0٩:00"; must be a time from "00:00" to "23:59", in quotes',
        ),
        ("queue_after = 0", "queue_after: found 0; must be a whole number from 1 to 1,000"),
        ("queue_after = 2.5", "queue_after: found 2.5; must be a whole number from 1 to 1,000"),
        ("queue_after = true", "queue_after: found true; must be a whole number from 1 to 1,000"),
        (
            'digest.day = "monday"',
            (
                'digest.day: found "monday"; '
                'must be one of "mon", "tue", "wed", "thu", "fri", "sat" and "sun"; '
                'did you mean "mon"?'
            ),
        ),
        (
            "digest.at = 09:00:00",
            'digest.at: found 09:00:00; must be a time from "00:00" to "23:59", in quotes',
        ),
        (
            'digest.zone = "Berlin"',
            (
                'digest.zone: found "Berlin"; must be a time zone\'s IANA name, '
                'as in "Europe/Berlin"; did you mean "Europe/Berlin"?'
            ),
        ),
        (
            'digest = "mon"',
            (
                'digest: found "mon"; '
                'must be a table like { day = "mon", at = "09:00", zone = "UTC" }, or false'
            ),
        ),
        ("costs.ai = inf", "costs.ai: found inf; must be an amount of at least 0, as in 2.50"),
        ("costs.ai = -1", "costs.ai: found -1; must be an amount of at least 0, as in 2.50"),
        (
            'costs.currency = "dollars"',
            (
                'costs.currency: found "dollars"; must be three capital letters, as in "USD"; '
                'did you mean "USD"?'
            ),
        ),
        (
            'retrain = { command = ["true"] }',
            "retrain.every: is missing; give every or after_labels",
        ),
        (
            'retrain = { every = "week", webhook = "https://x.example", command = ["true"] }',
            'retrain.webhook: found "https://x.example"; must be left out where there is command',
        ),
        (
            'retention = "never"',
            'retention: found "never"; must be a length of time like "90s", "30m", "2h" or "3d"',
        ),
        (
            "costs = { review = 2, reviewer_hour = 30 }",
            "costs.reviewer_hour: found 30; must be left out where review gives the cost",
        ),
        (
            "costs.error = { spam = 1, eggs = 2 }",
            'costs.error.eggs: unknown label "eggs"; known: "ham" and "spam"',
        ),
    ],
)
def test_a_wrong_value_is_told_with_what_would_be_right(wrong: str, message: str) -> None:
    assert told(SPAM + wrong) == [f"4: use_cases.spam.{message}"]


@pytest.mark.parametrize(
    ("text", "messages"),
    [
        (
            '[use_cases.a]\npreset = "spamm"\nchannel = "#a"\nlabels = ["x", "y"]',
            [
                (
                    '2: use_cases.a.preset: unknown preset "spamm"; did you mean "spam"? '
                    f"Known: {PRESETS}"
                )
            ],
        ),
        (
            '[use_cases.a]\nchannel = "#a"\nquestion = "?"\ncosts.error = { x = 1 }',
            [f"1: use_cases.a.labels: is missing; must be {LABELS}"],
        ),
        (
            "[use_cases.a]",
            [
                f"1: use_cases.a.channel: is missing; must be {CHANNEL}",
                "1: use_cases.a.question: is missing; must be 1 to 300 characters on one line",
                f"1: use_cases.a.labels: is missing; must be {LABELS}",
            ],
        ),
        (
            '[use_cases.a]\nchannel = "#a"\nquestion = "?"\nlabels = ["x", "y"]',
            [
                (
                    "1: use_cases.a.auto_at: is missing; give one to the use case "
                    'or to "x" and "y", or set always_review = true'
                )
            ],
        ),
        (
            (
                '[use_cases.scan]\npreset = "medical-assist"\nchannel = "#a"\n'
                'labels = { healthy = { verdict = "approve" }, tumour = { verdict = "reject" } }'
            ),
            [
                (
                    "1: use_cases.scan.flag_label: is missing; say which label a flag lets stand, "
                    '"healthy" or "tumour"'
                )
            ],
        ),
        (
            SPAM.replace("spam]", '"Junk mail"]'),
            [
                (
                    '1: use_cases."Junk mail": found "Junk mail"; '
                    "must be 1 to 64 lowercase letters, digits and dashes"
                )
            ],
        ),
        (
            DIGITS.replace('"0"', r'"\u0007"'),
            [
                (
                    r'5: use_cases.digits.labels."\u0007": found "\u0007"; '
                    "must be 1 to 100 characters on one line"
                )
            ],
        ),
        (
            "use_cases = 3",
            [f"1: use_cases: found 3; must be {USE_CASES}"],
        ),
        (
            "",
            [f" use_cases: must be {USE_CASES}"],
        ),
        ("[[use_cases.a]]\nx = 1", ["1: use_cases.a: found a list of 1; must be a table"]),
        (
            SPAM + "[usecases]",
            ['4: usecases: unknown key "usecases"; did you mean "use_cases"? Known: "use_cases"'],
        ),
        ("a = 1\nb = ", ["2: is not valid TOML: Invalid value"]),
        ("a = 1\n\na = 2\n", ["3: is not valid TOML: Cannot overwrite a value"]),
        ("a = [1,\n2", ["2: is not valid TOML: Unclosed array"]),
        (f"a = {'9' * 5_000}", [UNREADABLE]),
        (f"a = {'[' * 50_000}", [UNREADABLE]),
    ],
)
def test_a_wrong_policy_is_told_line_by_line(text: str, messages: list[str]) -> None:
    assert told(text) == messages


def test_every_mistake_is_told_at_once_in_the_order_of_the_file() -> None:
    text = """\
[use_cases.spam]
preset = "spam"
chanel = "#mail"
reviewers = ["@mail",
  "Ana Lima"]
flag_label = "hamm"
[use_cases.spam.labels]
ham.auto_at = 1.4
spam = { verdict = "rejekt" }
[use_cases.posts]
preset = "content-moderation"
channel = "posts"
"""
    places = [line.partition(": ")[0::2] for line in told(text)]
    assert [(line, words.partition(":")[0]) for line, words in places] == [
        ("1", "use_cases.spam.channel"),
        ("3", "use_cases.spam.chanel"),
        ("5", "use_cases.spam.reviewers"),
        ("6", "use_cases.spam.flag_label"),
        ("8", "use_cases.spam.labels.ham.auto_at"),
        ("9", "use_cases.spam.labels.spam.verdict"),
        ("12", "use_cases.posts.channel"),
    ]


def test_a_mistake_can_be_read_by_a_program_too() -> None:
    with pytest.raises(PolicyError) as refused:
        parse_policy(SPAM + "audit_rate = 1.5", file="team.toml")
    assert refused.value.mistakes == (
        Mistake(
            file="team.toml",
            line=4,
            key="use_cases.spam.audit_rate",
            found="1.5",
            message="must be at least 0 and at most 1, as in 0.02",
        ),
    )


def test_a_policy_has_room_for_two_hundred_use_cases_and_a_thousand_labels() -> None:
    use_cases = [DIGITS.replace("digits]", f"digits-{number}]") for number in range(201)]
    assert len(parse_policy("\n".join(use_cases[:200])).use_cases) == 200
    assert "found a table of 201" in told("\n".join(use_cases))[0]
    names = [str(number) for number in range(1_001)]
    assert parse_policy(DIGITS.replace('["0", "1", "2"]', json.dumps(names[:1_000])))
    assert "found a table of 1001" in told(DIGITS.replace('["0", "1", "2"]', json.dumps(names)))[0]


def test_a_file_is_read_with_the_line_ends_and_mark_of_another_system(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"\xef\xbb\xbf" + SPAM.replace("\n", "\r\n").encode())
    assert read_policy(path).use_case("spam").channel == "#mail"


def test_a_file_that_cannot_be_read_is_told_by_its_path(tmp_path: Path) -> None:
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b"a = 1\nb = '\xe9'")
    wanted = {
        tmp_path / "none.toml": "there is no such file; hitl policy init writes one",
        tmp_path: "cannot be read: Is a directory",
    }
    for path, message in wanted.items():
        with pytest.raises(PolicyError) as refused:
            read_policy(path)
        assert str(refused.value) == f"{path}: {message}"
    with pytest.raises(PolicyError) as refused:
        read_policy(latin)
    assert str(refused.value) == f"{latin}:2: is not UTF-8 text; save the file as UTF-8"


FAULTS = ("auto_at = 2", 'flag_label = "x"', "labels.x = {}", "zebra = 1", "costs = 1")


@given(st.lists(st.sampled_from(["", *FAULTS]), min_size=1, max_size=4))
def test_a_bad_policy_is_never_partly_accepted(faults: list[str]) -> None:
    text = "\n".join(
        f"{SPAM.replace('spam]', f'spam-{number}]')}{fault}" for number, fault in enumerate(faults)
    )
    if any(faults):
        bad = {number for number, fault in enumerate(faults) if fault}
        assert {int(line.split(".")[1].split("-")[1]) for line in told(text)} == bad
    else:
        assert len(parse_policy(text).use_cases) == len(faults)


def as_toml(value: Any) -> str:
    if isinstance(value, dict):
        pairs = (f"{as_toml(key)} = {as_toml(inner)}" for key, inner in value.items())
        return f"{{ {', '.join(pairs)} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(as_toml, value))}]"
    return json.dumps(value) if isinstance(value, str | bool) else str(value)


words = st.sampled_from(["spam", "ham", "approve", "reject", "#mail", "channel", "mon", "", "\x07"])
scalars = words | st.booleans() | st.floats() | st.integers(-2, 2)
tables = st.fixed_dictionaries(
    {},
    optional={
        name: st.recursive(
            scalars,
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(words | st.sampled_from(["verdict", "auto_at", "error"]), inner)
            ),
            max_leaves=8,
        )
        for name in KEYS.replace(" and ", ", ").replace('"', "").split(", ")
    },
)


@given(st.dictionaries(st.sampled_from(["a", "b", "C d"]), tables | scalars))
@example({"a": {"preset": ["spam"], "labels": {"ham": ["x"]}, "costs": {"error": 3}}})
@example({"a": {"labels": [["x"], 3], "flag_label": {}, "digest": []}})
def test_whatever_a_file_holds_is_a_policy_or_told_on_its_line(use_cases: dict[str, Any]) -> None:
    text = f"\n\nuse_cases = {as_toml(use_cases)}"
    try:
        policy = parse_policy(text)
    except PolicyError as error:
        lines = {mistake.line for mistake in error.mistakes}
    else:
        lines = set() if isinstance(policy, Policy) else {0}
    assert lines in (set(), {3})
