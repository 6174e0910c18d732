"""A first policy file is right as it stands, and with everything it offers switched on."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.policy import PRESETS, UseCase, parse_policy
from hitl.policy.template import Answers, policy_text, preset_labels, trouble_with

LABELS = st.lists(
    # No two of these look the same, which only both together would show.
    st.text(st.characters(categories=["L", "N", "P", "S"], max_codepoint=591), min_size=1),
    min_size=2,
    max_size=20,
    unique=True,
).filter(lambda names: trouble_with("labels", names) is None)


def answers(preset: str, *labels: str, name: str = "a-stream") -> Answers:
    return Answers(preset, name, labels or preset_labels(preset), "#here", ("@mods", "channel"))


def read(text: str) -> UseCase:
    [use_case] = parse_policy(text).use_cases.values()
    return use_case


@pytest.mark.parametrize("preset", PRESETS)
def test_a_first_policy_is_right_and_keeps_the_presets_thresholds(preset: str) -> None:
    use_case = read(policy_text(answers(preset, *(preset_labels(preset) or ("a", "b")))))
    settings = PRESETS[preset].settings
    wanted = [
        rule.get("auto_at", settings.get("auto_at"))
        for rule in settings.get("labels", {"a": {}, "b": {}}).values()
    ]
    assert [rule.auto_at for rule in use_case.labels.values()] == wanted
    assert (use_case.channel, use_case.reviewers) == ("#here", ("@mods", "channel"))
    assert use_case.question == settings["question"]


@pytest.mark.parametrize("preset", PRESETS)
def test_every_line_that_is_offered_is_right_too(preset: str) -> None:
    text = policy_text(answers(preset, *(preset_labels(preset) or ("a", "b"))))
    switched_on = re.sub(r"^# (?=[a-z_]+ *=|\[)", "", text, flags=re.MULTILINE)
    assert switched_on.count("#   hitl") == 4
    use_case = read(switched_on)
    assert use_case.costs is not None
    assert use_case.deadline is not None
    assert use_case.approvers == {"legal": "@legal"}
    assert use_case.reviews_needed == 2


@given(preset=st.sampled_from(sorted(PRESETS)), labels=LABELS)
def test_any_labels_that_are_accepted_make_a_right_policy(preset: str, labels: list[str]) -> None:
    use_case = read(policy_text(answers(preset, *labels)))
    assert list(use_case.labels) == labels


@pytest.mark.parametrize(
    ("key", "value", "trouble"),
    [
        ("name", "Junk mail", "must be 1 to 64 lowercase letters, digits and dashes"),
        ("labels", ["one"], "must be 2 to 1,000 labels, with commas between them"),
        ("labels", ["a", "a"], "must all be different"),
        ("channel", "Mail", 'did you mean "#mail"?'),
        ("reviewers", ["moderators"], 'did you mean "@moderators"?'),
        ("reviewers", [], "must be names with commas between them"),
    ],
)
def test_an_answer_that_is_wrong_is_answered(key: str, value: object, trouble: str) -> None:
    assert trouble in (trouble_with(key, value) or "")
