"""Presets fill in what a file leaves out, and nothing else."""

import pytest

from hitl.policy import PRESETS, PolicyError, UseCase, parse_policy
from hitl.vocabulary import Verdict

LABELS = {
    "support-triage": '["billing", "login"]',
    "medical-assist": '["benign", "suspicious"]',
    "recommendation": '["like", "dislike"]',
}


def read(preset: str, more: str = "") -> UseCase:
    head = f'[use_cases.x]\npreset = "{preset}"\nchannel = "#x"\n'
    return parse_policy(head + more).use_case("x")


def thresholds(use_case: UseCase) -> list[float | None]:
    return [rule.auto_at for rule in use_case.labels.values()]


@pytest.mark.parametrize(
    ("preset", "auto_at"),
    [
        ("content-moderation", [0.95, 0.95]),
        ("support-triage", [0.80, 0.80]),
        ("medical-assist", [0.99, 0.99]),
        ("spam", [0.85, 0.85]),
        ("recommendation", [0.70, 0.70]),
        ("moderation-two-sided", [0.92, 0.87]),
    ],
)
def test_each_preset_lets_the_ai_decide_from_here(preset: str, auto_at: list[float]) -> None:
    labels = f"labels = {LABELS[preset]}" if preset in LABELS else ""
    assert thresholds(read(preset, labels)) == auto_at
    assert PRESETS[preset].why


def test_every_preset_is_in_the_table_above() -> None:
    assert len(PRESETS) == 6


def test_a_preset_that_knows_its_labels_ties_them_to_the_buttons() -> None:
    use_case = read("moderation-two-sided")
    assert [use_case.button_text(verdict, ai_label="clean") for verdict in Verdict] == [
        "Approve · keep post",
        "Reject · remove post",
        "Flag · keep and monitor",
    ]
    assert use_case.label_for(Verdict.FLAG, ai_label="violation") == "clean"


@pytest.mark.parametrize("preset", sorted(LABELS))
def test_a_preset_does_not_guess_labels(preset: str) -> None:
    with pytest.raises(PolicyError, match=r"policy.toml:1: use_cases.x.labels: is missing"):
        read(preset)


def test_the_files_threshold_overrides_those_of_the_presets_labels() -> None:
    assert thresholds(read("moderation-two-sided", "auto_at = 0.99")) == [0.99, 0.99]
    one_side = "auto_at = 0.99\nlabels = { clean = { auto_at = 0.9 }, violation = {} }"
    assert thresholds(read("moderation-two-sided", one_side)) == [0.9, 0.99]


def test_a_label_of_the_same_name_inherits_what_it_does_not_say() -> None:
    use_case = read(
        "moderation-two-sided", "labels = { violation = { auto_at = 0.5 }, clean = {} }"
    )
    assert list(use_case.labels) == ["violation", "clean"]
    assert use_case.labels["violation"].verdict is Verdict.REJECT
    assert use_case.labels["violation"].button == "remove post"
    assert thresholds(use_case) == [0.5, 0.92]
    assert use_case.flag_label == "clean"


def test_a_list_of_the_same_names_inherits_everything() -> None:
    assert read("spam", 'labels = ["ham", "spam"]').labels == read("spam").labels


def test_other_labels_replace_the_presets_and_its_flag_with_them() -> None:
    use_case = read("spam", 'labels = ["wanted", "unwanted", "newsletter"]')
    assert list(use_case.labels) == ["wanted", "unwanted", "newsletter"]
    assert not use_case.is_verdict
    assert (use_case.flag_label, use_case.flag_button) == (None, None)


@pytest.mark.parametrize("preset", sorted(set(PRESETS) - set(LABELS)))
def test_a_list_of_other_labels_with_one_of_the_presets_has_no_verdicts(preset: str) -> None:
    for known in read(preset).labels:
        use_case = read(preset, f'auto_at = 0.9\nlabels = ["other", "{known}"]')
        assert list(use_case.labels) == ["other", known]
        assert not use_case.is_verdict
        assert (use_case.flag_label, use_case.flag_button) == (None, None)


def test_a_flag_that_lets_another_label_stand_does_not_keep_the_presets_words() -> None:
    use_case = read("content-moderation", 'flag_label = "violation"')
    assert use_case.button_text(Verdict.FLAG, ai_label="clean") == "Flag · remove post, look again"
    named = read("content-moderation", 'flag_label = "violation"\nflag_button = "hide for now"')
    assert named.button_text(Verdict.FLAG, ai_label="clean") == "Flag · hide for now"


def test_reading_with_a_preset_leaves_the_preset_as_it_was() -> None:
    before = repr(PRESETS)
    read("moderation-two-sided", "auto_at = 0.99\nlabels = { clean = {}, violation = {} }")
    assert repr(PRESETS) == before


@pytest.mark.parametrize("preset", LABELS)
def test_labels_of_any_name_answer_the_question_of_a_preset(preset: str) -> None:
    # On blind cards, too, where "Is this right?" would speak of what is not shown.
    question = read(preset, f"labels = {LABELS[preset]}").question
    assert question.split()[0] in ("What", "Where", "Which", "How")
