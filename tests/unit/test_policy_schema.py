"""The schema that editors use agrees with what reads the file, as far as single values go."""

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from hitl.policy import PRESETS, PolicyError, parse_policy
from hitl.policy.schema import policy_schema
from tests.examples import POLICY
from tests.unit.test_policy_changes import FULL

SCHEMA = policy_schema()
ROOT = Path(__file__).parents[2]
DEMO = (ROOT / "bot" / "demo" / "policy.toml").read_text(encoding="utf-8")
README = re.findall(r"```toml\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
ANY_PRESET = """
[use_cases.x]
preset = "{}"
channel = "#x"
labels = ["a", "b"]
auto_at = 0.9
"""
SPAM = '[use_cases.spam]\npreset = "spam"\nchannel = "#mail"\n'
GOOD = {
    "example": POLICY,
    "full": FULL,
    "demo": DEMO,
    "smallest": SPAM,
    **{f"readme {n}": text for n, text in enumerate(README) if "channel  " in text},
    **{name: ANY_PRESET.format(name) for name in PRESETS},
}


def mistakes(text: str) -> list[Any]:
    return list(Draft202012Validator(SCHEMA).iter_errors(tomllib.loads(text)))


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", GOOD)
def test_a_good_policy_is_good_in_an_editor(name: str) -> None:
    parse_policy(GOOD[name])
    assert mistakes(GOOD[name]) == []


@pytest.mark.parametrize(
    "wrong",
    [
        "[usecases]",
        'chanel = "#spam"',
        'name = "spam"',
        "auto_at = 1.4",
        "auto_at = 0",
        'auto_at = "0.9"',
        'labels = ["one"]',
        'labels = ["one", "one"]',
        'labels = { ham = {}, spam = { verdict = "flag" } }',
        "labels.ham.auto_at = 2",
        'reviewers = "@mods"',
        'reviewers = ["Ana Lima"]',
        "reviewers = []",
        "queue_after = 0",
        "queue_after = 2.5",
        'digest = { day = "monday" }',
        "digest = true",
        "costs.review = -1",
        'costs.currency = "dollars"',
        'approvers = { Legal = "@legal" }',
        'approvers = { legal = "legal" }',
        'deadline = { due = "soon" }',
        'deadline = { then = "nothing" }',
        'deadline = { hand_over = [{ after = "1h" }] }',
        'escalate = [{ to = "model" }]',
        'escalate = [{ to = "second_model", endpoints = [3] }]',
        'webhooks = ["example.com"]',
        'order = "newest"',
        "reviews_needed = 4",
        "double_review = 1.5",
        'undo_within = "2 minutes"',
    ],
)
def test_a_wrong_value_is_wrong_in_an_editor_too(wrong: str) -> None:
    text = SPAM + wrong
    with pytest.raises(PolicyError):
        parse_policy(text)
    assert mistakes(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[use_cases]",
        "[use_cases.x]",
        '[use_cases.x]\npreset = "spamm"\nchannel = "#x"',
        '[use_cases.x]\npreset = "medical-assist"\nchannel = "#x"',
        '[use_cases.x]\nchannel = "#x"\nlabels = ["a", "b"]\nauto_at = 0.9',
        '[use_cases."Not this"]\npreset = "spam"\nchannel = "#x"',
    ],
)
def test_what_is_missing_is_missed_in_an_editor_too(text: str) -> None:
    with pytest.raises(PolicyError):
        parse_policy(text)
    assert mistakes(text)


def test_every_key_says_what_it_is_for() -> None:
    keys = SCHEMA["$defs"]["UseCase"]["properties"]
    assert [name for name, key in keys.items() if "description" not in key] == []
    assert keys["queue_after"]["description"].startswith("While more cases wait, one queue card")
