"""The effective policy is written out as a file that says the same, each value with its origin."""

import pytest

from hitl.policy import PRESETS, UnknownUseCase, parse_policy
from hitl.policy.origins import written_out
from hitl.policy.stored import policy_digest
from tests.examples import POLICY
from tests.unit.test_policy_changes import FULL

HOSTILE = """
[use_cases.x]
channel = "#x"
question = "Is \\"this\\" a \\\\ or an é?"
auto_at = 1
labels = ["a.b", "with space", "1", "\\"quoted\\"", "é"]
"""


@pytest.mark.parametrize("text", [FULL, POLICY, FULL + POLICY, HOSTILE])
def test_what_is_written_out_says_the_same(text: str) -> None:
    again = parse_policy(written_out(text))
    assert policy_digest(again) == policy_digest(parse_policy(text))


@pytest.mark.parametrize("preset", PRESETS)
def test_what_a_preset_comes_to_says_the_same(preset: str) -> None:
    labels = "" if "labels" in PRESETS[preset].settings else 'labels = ["a", "b"]'
    text = f'[use_cases.x]\npreset = "{preset}"\nchannel = "#x"\n{labels}'
    assert parse_policy(written_out(text)).use_case("x") == parse_policy(text).use_case("x")


@pytest.mark.parametrize(
    ("line", "origin"),
    [
        ('preset = "moderation-two-sided"', "line 3"),
        ('question = "May this post stay up?"', "preset"),
        ("queue_after = 12", "line 11"),
        ("audit_rate = 0.02", "default"),
        ("digest = false", "line 13"),
        ("[use_cases.posts.labels.clean]", "preset"),
        ("auto_at = 0.92", "preset"),
        ('currency = "USD"', "default"),
        ("clean = 50.0", "line 15"),
        ('to = "@late"', "line 17"),
    ],
)
def test_each_value_says_where_it_comes_from(line: str, origin: str) -> None:
    assert origin_of(FULL, line) == origin


def test_a_threshold_for_all_labels_is_the_origin_of_each() -> None:
    assert origin_of(POLICY, "[use_cases.digits.labels.7]") == "line 22"
    assert origin_of(POLICY, "auto_at = 0.9", after="labels.7]") == "auto_at, line 21"
    raised = '[use_cases.x]\npreset = "moderation-two-sided"\nchannel = "#x"\nauto_at = 0.99'
    assert origin_of(raised, "auto_at = 0.99", after="labels.clean]") == "auto_at, line 4"


def test_one_use_case_is_shown_alone() -> None:
    shown = written_out(POLICY, only="digits")
    assert "[use_cases.digits]" in shown
    assert "content-moderation" not in shown
    with pytest.raises(UnknownUseCase):
        written_out(POLICY, only="digit")


def origin_of(text: str, line: str, *, after: str = "") -> str:
    shown = written_out(text)
    lines = shown[shown.index(after) :].splitlines()
    return next(each for each in lines if each.startswith(f"{line} ")).rpartition("# ")[2]
