"""What a use case means: buttons, verdicts and labels, and when it counts as another one."""

from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from hitl.policy import (
    Costs,
    Deadline,
    Digest,
    LabelRule,
    Policy,
    UnknownUseCase,
    UseCase,
    parse_policy,
)
from hitl.policy.aside import deciding
from hitl.vocabulary import Verdict

APPROVE: Final = Verdict.APPROVE
REJECT: Final = Verdict.REJECT
FLAG: Final = Verdict.FLAG


def labelling(*labels: str, **settings: Any) -> UseCase:
    rules = {label: LabelRule() for label in labels}
    known = {"name": "x", "channel": "#x", "question": "Which?", "auto_at": 0.9, "labels": rules}
    return UseCase(**{**known, **settings})


def verdict(**settings: Any) -> UseCase:
    labels = {
        "clean": LabelRule(verdict=APPROVE, button="keep post"),
        "violation": LabelRule(verdict=REJECT, button="remove post"),
    }
    return labelling(**{"labels": labels, "flag_label": "clean", **settings})


DIGITS = labelling("3", "5", "8")
MAIL = labelling("ham", "spam")
POSTS = verdict(flag_button="keep and monitor")


@pytest.mark.parametrize(
    ("use_case", "ai_label", "buttons"),
    [
        (POSTS, "violation", ["keep post", "remove post", "keep and monitor"]),
        (POSTS, "clean", ["keep post", "remove post", "keep and monitor"]),
        (verdict(), "clean", ["keep post", "remove post", "keep post, look again"]),
        (MAIL, "spam", ["spam", "ham", "spam, look again"]),
        (labelling("3", "5", flag_button="ask Ana"), "3", ["3", "5", "ask Ana"]),
    ],
)
def test_a_button_says_what_it_does(use_case: UseCase, ai_label: str, buttons: list[str]) -> None:
    said = [use_case.button_text(verdict, ai_label=ai_label) for verdict in Verdict]
    starts = ("Approve · ", "Reject · ", "Flag · ")
    assert said == [start + words for start, words in zip(starts, buttons, strict=True)]


def test_rejecting_one_of_several_labels_leaves_the_right_one_to_be_named() -> None:
    assert DIGITS.button_text(REJECT, ai_label="3") == "Reject…"
    assert DIGITS.label_for(REJECT, ai_label="3") is None


@given(st.text(min_size=1, max_size=100), st.sampled_from(Verdict))
def test_a_button_fits_whatever_the_label(label: str, verdict: Verdict) -> None:
    use_case = POSTS.model_copy(update={"labels": {label: LabelRule(), "other": LabelRule()}})
    assert len(use_case.button_text(verdict, ai_label=label)) <= 75


def test_a_long_label_is_cut_short_and_the_rest_of_the_button_stays() -> None:
    use_case = labelling("x" * 100, "y")
    text = use_case.button_text(FLAG, ai_label="x" * 100)
    assert text == f"Flag · {'x' * 55}…, look again"
    assert len(text) == 75


def test_a_case_older_than_its_labels_removal_still_has_its_buttons() -> None:
    assert DIGITS.button_text(APPROVE, ai_label="9") == "Approve · 9"
    assert MAIL.button_text(REJECT, ai_label="news") == "Reject…"


@pytest.mark.parametrize(
    ("use_case", "pressed", "ai_label", "label"),
    [
        (POSTS, APPROVE, "violation", "clean"),
        (POSTS, REJECT, "clean", "violation"),
        (POSTS, FLAG, "violation", "clean"),
        (verdict(flag_label="violation"), FLAG, "clean", "violation"),
        (DIGITS, APPROVE, "5", "5"),
        (DIGITS, FLAG, "5", "5"),
        (MAIL, REJECT, "ham", "spam"),
        (MAIL, REJECT, "spam", "ham"),
    ],
)
def test_a_verdict_lets_this_label_stand(
    use_case: UseCase, pressed: Verdict, ai_label: str, label: str
) -> None:
    assert use_case.label_for(pressed, ai_label=ai_label) == label


@pytest.mark.parametrize(
    ("use_case", "label", "ai_label", "amounts_to"),
    [
        (POSTS, "clean", "violation", APPROVE),
        (POSTS, "violation", "violation", REJECT),
        (DIGITS, "5", "5", APPROVE),
        (DIGITS, "3", "5", REJECT),
    ],
)
def test_choosing_a_label_amounts_to_a_verdict(
    use_case: UseCase, label: str, ai_label: str, amounts_to: Verdict
) -> None:
    assert use_case.verdict_for(label, ai_label=ai_label) is amounts_to


def test_the_buttons_speak_of_the_item_only_where_labels_have_verdicts() -> None:
    assert POSTS.is_verdict
    assert not DIGITS.is_verdict


def test_labels_without_a_threshold_take_the_use_cases() -> None:
    rules = {"a": LabelRule(auto_at=0.7), "b": LabelRule()}
    use_case = labelling(labels=rules)
    assert [rule.auto_at for rule in use_case.labels.values()] == [0.7, 0.9]


def test_no_threshold_is_needed_where_everything_goes_to_people() -> None:
    use_case = labelling("a", "b", auto_at=None, always_review=True)
    assert use_case.labels["a"].auto_at is None


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"auto_at": None}, 'auto_at: is missing; give one to the use case or to "a" and "b"'),
        ({"flag_label": "a"}, "flag_label: must be left out unless labels have verdicts"),
        ({"labels": {"a": LabelRule()}}, "must be a list of names or a table, of 2 to 1,000"),
        ({"auto_at": 2.0}, "must be above 0 and at most 1"),
    ],
)
def test_a_use_case_built_in_code_keeps_the_same_rules(
    settings: dict[str, Any], message: str
) -> None:
    with pytest.raises(ValidationError, match=message):
        labelling("a", "b", **settings)


def test_a_use_case_never_changes() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        POSTS.audit_rate = 1.0  # type: ignore[misc]


@pytest.mark.parametrize(
    "change",
    [
        {"name": "y"},
        {"question": "Who?"},
        {"auto_at": 0.91},
        {"reviewers": ("@mods",)},
        {"leads": ("@leads",)},
        {"reviews_needed": 2, "adjudicators": ("@leads",)},
        {"flag_label": "violation"},
        {"flag_button": "watch"},
        {"always_review": True},
        {"channel": "#y"},
        {"deadline": Deadline(due="1h", then="ai")},
    ],
)
def test_a_change_of_anything_that_decides_is_another_version(change: dict[str, Any]) -> None:
    assert verdict(**change).version != verdict().version


@pytest.mark.parametrize(
    "change",
    [
        {"preset": "spam"},
        {"webhooks": ("https://caller.example/hitl",)},
        {"queue_after": 5},
        {"order": "oldest"},
        {"undo_within": "1h"},
        {"recheck_after": "2h"},
        {"audit_rate": 0.5},
        {"digest": None},
        {"digest": Digest(day="fri")},
        {"costs": Costs(review=2.0)},
        {"fallback_channel": "#z"},
        {"allow_shared_channel": True},
    ],
)
def test_what_is_told_shown_or_priced_around_a_decision_is_no_other_version(
    change: dict[str, Any],
) -> None:
    assert verdict(**change).version == verdict().version


def test_a_reminder_is_no_other_version_and_the_end_of_a_deadline_is() -> None:
    plain = verdict(deadline=Deadline(due="2h", then="ai"))
    reminded = verdict(deadline=Deadline(due="2h", then="ai", remind=("1h",)))
    assert reminded.version == plain.version
    assert verdict(deadline=Deadline(due="3h", then="ai")).version != plain.version


def test_a_channel_is_part_of_the_version_only_where_its_members_decide() -> None:
    named = {"reviewers": ("@mods",)}
    assert verdict(**named, channel="#y").version == verdict(**named).version


def test_a_threshold_is_the_same_whether_each_label_or_the_use_case_says_it() -> None:
    apart = {label: LabelRule(auto_at=0.9) for label in ("a", "b")}
    assert labelling(labels=apart, auto_at=None).version == labelling("a", "b").version


def test_the_order_of_labels_is_part_of_the_version_because_people_see_it() -> None:
    assert labelling("a", "b").version != labelling("b", "a").version


def test_the_same_content_is_the_same_version_in_every_process() -> None:
    assert POSTS.version == verdict(flag_button="keep and monitor").version == "f9578e644cd0"


def test_a_key_at_its_default_is_no_part_of_the_version() -> None:
    """So that a release which adds an optional key leaves every version as it was."""
    assert deciding(labelling("a", "b")) == {
        "name": "x",
        "channel": "#x",
        "question": "Which?",
        "labels": [["a", {"auto_at": 0.9}], ["b", {"auto_at": 0.9}]],
    }


def test_a_changed_copy_does_not_keep_the_version_it_was_copied_from() -> None:
    assert POSTS.model_copy(update={"always_review": True}).version != POSTS.version


def test_an_unknown_use_case_is_answered_with_the_nearest_and_the_known() -> None:
    policy = Policy(use_cases={"posts": POSTS, "digits": DIGITS})
    assert policy.use_case("digits") is DIGITS
    with pytest.raises(UnknownUseCase) as unknown:
        policy.use_case("digit")
    assert str(unknown.value) == (
        'unknown use case "digit"; did you mean "digits"? Known: "posts" and "digits"'
    )
    assert unknown.value.known == ("posts", "digits")


def test_only_what_a_policy_must_say_has_to_be_said() -> None:
    use_case = parse_policy("""
        [use_cases.digits]
        channel = "C0123ABCD"
        question = "Which digit?"
        labels = { 0 = { auto_at = 0.9 }, 1 = { auto_at = 1 } }
    """).use_case("digits")
    assert use_case.reviewers == ("channel",)
    assert use_case.audit_rate == 0.02
    assert use_case.queue_after == 30
    assert use_case.digest == Digest(day="mon", at="09:00", zone="UTC")
    assert list(use_case.labels) == ["0", "1"]


@pytest.mark.parametrize(
    "question",
    ["Publier\u202f?", "\u0645\u06cc\u200c\u0631\u0648\u062f", "\U0001f468\u200d\U0001f4bb?"],
)
def test_a_question_may_be_asked_in_any_script(question: str) -> None:
    assert labelling("a", "b", question=question).question == question


def test_a_digest_can_be_switched_off() -> None:
    text = """
        [use_cases.mail]
        preset = "spam"
        channel = "#mail"
        digest = false
    """
    assert parse_policy(text).use_case("mail").digest is None


def test_a_full_policy_says_what_it_says() -> None:
    use_case = parse_policy("""
        [use_cases.content-moderation]
        preset    = "content-moderation"
        channel   = "#moderation"
        question  = "May this post stay up?"
        reviewers = ["@moderators", "U0123ABCD", "S0123ABCD", "channel"]
        leads     = ["W0123ABCD"]
        webhooks  = ["https://caller.example/hitl?team=1"]
        flag_label = "clean"
        audit_rate = 0.02
        digest    = { day = "mon", at = "09:00", zone = "Europe/Berlin" }
        [use_cases.content-moderation.labels]
        clean     = { verdict = "approve", auto_at = 0.92, button = "keep post" }
        violation = { verdict = "reject",  auto_at = 0.87, button = "remove post" }
        [use_cases.content-moderation.costs]
        currency = "USD"
        ai       = 0.0002
        review   = 2.00
        error    = { clean = 50.0, violation = 5.0 }
    """).use_case("content-moderation")
    assert use_case.labels["violation"] == LabelRule(
        verdict=REJECT, auto_at=0.87, button="remove post"
    )
    assert use_case.webhooks == ("https://caller.example/hitl?team=1",)
    assert use_case.costs is not None
    assert (use_case.costs.review, use_case.costs.reviewer_hour) == (2.0, None)
    assert use_case.costs.error == {"clean": 50.0, "violation": 5.0}
