"""What stands by itself, what goes to people, and whether the reason tells the truth."""

import math
import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.policy import LabelRule, UseCase, parse_policy
from hitl.routing import Prediction, Route, RoutingError, route
from hitl.vocabulary import RouteTo

MODERATION = parse_policy(
    """
    [use_cases.posts]
    preset = "moderation-two-sided"
    channel = "#moderation"
    """
).use_case("posts")


def digits(**settings: Any) -> UseCase:
    labels = {"0": LabelRule(), "1": LabelRule(), "2": LabelRule(auto_at=0.5)}
    known = {"name": "digits", "channel": "#digits", "question": "Which?", "labels": labels}
    return UseCase(**{**known, "auto_at": 0.9, **settings})


def routed(scores: dict[str, float], *, use_case: UseCase = MODERATION, **more: Any) -> Route:
    return route(Prediction(scores), use_case=use_case, **{"draw": 0.5, **more})


@pytest.mark.parametrize(
    ("scores", "to", "reason"),
    [
        (
            {"violation": 0.70, "clean": 0.30},
            "review",
            "violation 70 % is under its 87 % threshold",
        ),
        ({"clean": 0.95}, "auto", "clean 95 % is at or above its 92 % threshold"),
        ({"clean": 0.92}, "auto", "clean 92 % is at or above its 92 % threshold"),
        ({"violation": 0.8696}, "review", "violation 86.96 % is under its 87 % threshold"),
        ({"violation": 0.88}, "auto", "violation 88 % is at or above its 87 % threshold"),
        ({"clean": 0.88}, "review", "clean 88 % is under its 92 % threshold"),
        ({"violation": 0.5, "clean": 0.5}, "review", "violation and clean tie at 50 %"),
        ({"violation": 1, "clean": 1}, "review", "violation and clean tie at 100 %"),
        ({"violation": 0.9, "clean": 0.9}, "review", "violation and clean tie at 90 %"),
        ({"violation": 0, "clean": 0}, "review", "violation and clean tie at 0 %"),
        (
            {"violation": 0.95, "clean": 0.93},
            "auto",
            "violation 95 % is at or above its 87 % threshold",
        ),
    ],
)
def test_a_prediction_stands_at_its_own_labels_threshold(
    scores: dict[str, float], to: str, reason: str
) -> None:
    found = routed(scores)
    assert (found.to, found.reason) == (to, reason)
    assert found.label == max(scores, key=lambda label: scores[label])
    assert found.confidence == scores[found.label]


def test_labels_without_a_threshold_of_their_own_take_the_use_cases() -> None:
    assert routed({"0": 0.89}, use_case=digits()).to is RouteTo.REVIEW
    assert routed({"0": 0.9}, use_case=digits()).to is RouteTo.AUTO
    assert routed({"2": 0.5}, use_case=digits()).to is RouteTo.AUTO


def test_three_labels_that_tie_are_all_named() -> None:
    tied = routed({"0": 0.3, "1": 0.3, "2": 0.3}, use_case=digits())
    assert tied.reason == "0, 1 and 2 tie at 30 %"


def test_of_many_labels_that_tie_the_first_are_named_and_the_rest_counted() -> None:
    names = "abcdefghijkl"
    use_case = digits(labels={name: LabelRule() for name in names})
    tied = routed(dict.fromkeys(names, 0.05), use_case=use_case)
    assert tied.reason == "a, b, c, d, e, f, g, h, i and 3 others tie at 5 %"


def test_a_label_alone_goes_to_people() -> None:
    alone = route(Prediction.unscored("clean"), use_case=MODERATION, draw=0.5)
    assert alone == Route(
        RouteTo.REVIEW, "no confidence was given", "clean", confidence=None, shadow=False
    )


def test_a_caller_may_ask_for_people_whatever_the_score() -> None:
    asked = routed({"clean": 0.99}, ask_people=True)
    assert (asked.to, asked.reason) == (RouteTo.REVIEW, "the caller asked for a person")


@pytest.mark.parametrize("auto_at", [0.9, None])
def test_a_use_case_may_send_everything_to_people(auto_at: float | None) -> None:
    labels = {"yes": LabelRule(), "no": LabelRule()}
    use_case = digits(always_review=True, auto_at=auto_at, labels=labels)
    found = routed({"yes": 1.0}, use_case=use_case)
    assert found.to is RouteTo.REVIEW
    assert found.reason == "this use case sends everything to people"


@pytest.mark.parametrize("scores", [{"clean": 0.99}, {"clean": 0.5}])
def test_the_shadow_sample_is_drawn_whatever_the_route(scores: dict[str, float]) -> None:
    assert routed(scores, draw=0.0199).shadow
    assert not routed(scores, draw=0.02).shadow


def test_an_audit_rate_of_one_checks_everything_and_of_zero_nothing() -> None:
    assert routed({"0": 1}, use_case=digits(audit_rate=1.0), draw=math.nextafter(1, 0)).shadow
    assert not routed({"0": 1}, use_case=digits(audit_rate=0.0), draw=0).shadow


@pytest.mark.parametrize(
    ("prediction", "message"),
    [
        (
            Prediction({"cleen": 0.9}),
            (
                'scores.cleen: unknown label "cleen"; did you mean "clean"? '
                'Known: "clean" and "violation"'
            ),
        ),
        (
            Prediction({"clean": 0.9, "zebra": 0.1}),
            'scores.zebra: unknown label "zebra"; known: "clean" and "violation"',
        ),
        (Prediction({}), 'scores: found none; give at least one of "clean" or "violation"'),
        (Prediction({"clean": 1.01}), "scores.clean: found 1.01; must be from 0 to 1"),
        (Prediction({"clean": -0.1}), "scores.clean: found -0.1; must be from 0 to 1"),
        (Prediction({"clean": math.nan}), "scores.clean: found nan; must be from 0 to 1"),
        (Prediction({"clean": math.inf}), "scores.clean: found inf; must be from 0 to 1"),
        (
            Prediction.unscored("spam"),
            'label: unknown label "spam"; known: "clean" and "violation"',
        ),
        (
            Prediction({"clean": 0.9}, label="clean"),
            "label: was given beside scores; give one or the other",
        ),
    ],
)
@pytest.mark.parametrize("ask_people", [False, True])
def test_a_prediction_that_makes_no_sense_is_refused_by_name(
    prediction: Prediction,
    message: str,
    ask_people: bool,
) -> None:
    with pytest.raises(RoutingError) as refused:
        route(prediction, use_case=MODERATION, draw=0.5, ask_people=ask_people)
    assert str(refused.value) == message
    assert message == f"{refused.value.field}: {refused.value.message}"


@pytest.mark.parametrize("draw", [-0.01, 1, math.nan])
def test_a_draw_outside_its_range_is_refused(draw: float) -> None:
    with pytest.raises(RoutingError, match=r"^draw: found .*; must be at least 0 and under 1$"):
        routed({"clean": 0.9}, draw=draw)


chances = st.floats(min_value=0, max_value=1)
draws = st.floats(min_value=0, max_value=1, exclude_max=True)
thresholds = st.floats(min_value=0, max_value=1, exclude_min=True)
scored = st.dictionaries(st.sampled_from("012"), chances, min_size=1).map(Prediction)
predictions = scored | st.sampled_from("012").map(Prediction.unscored)
use_cases = st.builds(
    digits,
    labels=st.fixed_dictionaries(
        {name: st.builds(LabelRule, auto_at=thresholds) for name in "012"}
    ),
    always_review=st.booleans(),
    audit_rate=chances,
)


@given(predictions, use_cases, draws, st.booleans())
def test_every_prediction_gets_one_route_and_a_reason(
    prediction: Prediction,
    use_case: UseCase,
    draw: float,
    ask_people: bool,
) -> None:
    found = route(prediction, use_case=use_case, draw=draw, ask_people=ask_people)
    assert found.to in {RouteTo.AUTO, RouteTo.REVIEW}
    assert found.reason
    assert found.label in use_case.labels
    assert found.shadow == (draw < use_case.audit_rate)
    if ask_people or use_case.always_review or found.confidence is None:
        assert found.to is RouteTo.REVIEW


@given(scored, use_cases, thresholds)
def test_raising_a_threshold_never_lets_more_stand(
    prediction: Prediction, use_case: UseCase, raised: float
) -> None:
    stricter = {
        label: LabelRule(auto_at=max(raised, rule.auto_at or 0))
        for label, rule in use_case.labels.items()
    }
    before = route(prediction, use_case=use_case, draw=0.5)
    after = route(prediction, use_case=use_case.model_copy(update={"labels": stricter}), draw=0.5)
    assert not (before.to is RouteTo.REVIEW and after.to is RouteTo.AUTO)


@given(confidence=chances, threshold=thresholds)
def test_a_reason_never_contradicts_the_comparison(confidence: float, threshold: float) -> None:
    labels = {name: LabelRule(auto_at=threshold) for name in "01"}
    found = routed({"0": confidence}, use_case=digits(labels=labels))
    words = re.fullmatch(
        r'"0" (under |over |)(\S+) % is (under|at or above) its (\S+) % threshold', found.reason
    )
    assert words
    assert (words[3] == "under") == (found.to is RouteTo.REVIEW) == (confidence < threshold)
    assert (words[1] + words[2] == words[4]) == (confidence == threshold)
    if abs(confidence - threshold) > 1e-12:  # nearer than that, parsing the text back rounds
        nudge = {"under ": -0.0005, "over ": 0.0005, "": 0}[words[1]]
        assert (float(words[2]) + nudge < float(words[4])) == (confidence < threshold)


def test_a_label_that_ends_in_a_digit_is_kept_apart_from_its_score() -> None:
    assert routed({"1": 0.58}, use_case=digits()).reason == '"1" 58 % is under its 90 % threshold'
