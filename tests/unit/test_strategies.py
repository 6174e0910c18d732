"""Who is asked after whom, and when second models stand."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.policy import Endpoint, Strategy, UseCase, parse_policy
from hitl.policy.strategy import ENDS
from hitl.routing import Prediction, route
from hitl.strategies import STANDING, Opinion, first_step, judge
from hitl.vocabulary import RouteTo
from tests.examples import digits, moderation

URLS = ("https://one.example/v1", "https://two.example/v1")
MODELS = Strategy(to=RouteTo.SECOND_MODEL, endpoints=tuple(Endpoint(url=url) for url in URLS))
REVIEW = Strategy(to=RouteTo.REVIEW)

scores = st.floats(min_value=0, max_value=1)
asking = st.sampled_from([RouteTo.SECOND_MODEL, RouteTo.ASK_USER, RouteTo.PASSIVE, RouteTo.REVIEW])
steps = st.builds(Strategy, to=asking, at_least=st.none() | st.floats(min_value=0.01, max_value=1))


@st.composite
def chains(draw: st.DrawFn) -> tuple[Strategy, ...]:
    """Any chain that a policy may have, as far as its ends go."""
    before = [
        step
        for step in draw(st.lists(steps, max_size=5))
        if step.to not in ENDS or step.at_least is not None
    ]
    last = Strategy(to=draw(st.sampled_from(sorted(ENDS))))
    return (*before, last)


def said(label: str, confidence: float = 0.99, model: str = "one") -> Opinion:
    return Opinion(model, label=label, confidence=confidence)


def judged(*opinions: Opinion, step: Strategy = MODELS, **changes: Any) -> tuple[str | None, str]:
    step = step.model_copy(update=changes)
    found = judge(opinions, step=step, use_case=moderation(), ai_label="violation")
    return found.label, found.why


def test_models_that_agree_with_each_other_and_the_ai_stand() -> None:
    assert judged(said("violation", 0.9), said("violation", 0.95, "two")) == (
        "violation",
        "one says violation at 90 % and two says violation at 95 %",
    )


def test_one_model_is_enough_where_one_is_asked() -> None:
    assert judged(said("violation", 0.9)) == (
        "violation",
        "one says violation at 90 % and agrees",
    )


@pytest.mark.parametrize(
    ("opinions", "why"),
    [
        (
            [said("violation"), said("clean", model="two")],
            "they disagree",
        ),
        (
            [said("violation"), said("violation", 0.8, "two")],
            "two says violation, but 80 % is under its 87 % threshold",
        ),
        (
            [said("violation", 0.8699)],
            "one says violation, but 86.99 % is under its 87 % threshold",
        ),
        ([said("clean")], "one says clean at 99 %, and the AI says violation"),
        (
            [said("violation"), Opinion("two", failure="did not answer within 5 s")],
            "two did not answer within 5 s",
        ),
        ([said("spam")], "one says spam, which has left the policy"),
    ],
)
def test_anything_else_goes_on_with_the_reason(opinions: list[Opinion], why: str) -> None:
    assert judged(*opinions) == (None, why)


def test_models_may_contradict_the_ai_where_the_policy_says_so() -> None:
    assert judged(said("clean"), may_contradict=True)[0] == "clean"
    label, _ = judged(said("clean"), said("violation", model="two"), may_contradict=True)
    assert label is None


def test_an_endpoint_s_threshold_goes_before_the_step_s_and_that_before_the_label_s() -> None:
    own = (Endpoint(url=URLS[0], auto_at=0.5),)
    assert judged(said("violation", 0.6), auto_at=0.9, endpoints=own)[0] == "violation"
    assert judged(said("violation", 0.6), auto_at=0.5)[0] == "violation"
    assert judged(said("violation", 0.88), auto_at=0.9)[0] is None


@given(chain=chains(), confidence=st.none() | scores)
def test_every_chain_has_a_first_step_and_comes_to_its_end(
    chain: tuple[Strategy, ...], confidence: float | None
) -> None:
    taken = []
    while True:
        place = first_step(chain, confidence=confidence)
        step = chain[place]
        taken.append(step)
        assert step.at_least is None or (confidence is not None and confidence >= step.at_least)
        if step.to in ENDS:
            break
        chain = chain[place + 1 :]
    assert len(taken) <= 6
    assert [step.to in ENDS for step in taken] == [False] * (len(taken) - 1) + [True]


@given(
    chain=chains(),
    found=st.dictionaries(st.sampled_from("0123456789"), scores, min_size=1),
    draw=st.floats(min_value=0, max_value=1, exclude_max=True),
)
def test_every_prediction_has_exactly_one_route_and_a_reason(
    chain: tuple[Strategy, ...], found: dict[str, float], draw: float
) -> None:
    use_case = digits().model_copy(update={"escalate": chain})
    taken = route(Prediction(found), use_case=use_case, draw=draw)
    assert taken.to in RouteTo
    assert taken.reason
    assert taken == route(Prediction(found), use_case=use_case, draw=draw)
    asked = {step.to for step in chain}
    assert taken.to is RouteTo.AUTO or taken.to in asked


@given(
    chain=chains(),
    found=st.dictionaries(st.sampled_from("0123456789"), scores, min_size=1),
    low=st.floats(min_value=0.01, max_value=1),
    high=st.floats(min_value=0.01, max_value=1),
)
def test_raising_a_threshold_never_lets_more_stand(
    chain: tuple[Strategy, ...], found: dict[str, float], low: float, high: float
) -> None:
    low, high = sorted((low, high))
    stood = [
        route(Prediction(found), use_case=_with(threshold, chain), draw=0.5).to
        for threshold in (low, high)
    ]
    assert stood[0] is RouteTo.AUTO or stood[1] is not RouteTo.AUTO
    if RouteTo.PASSIVE not in {step.to for step in chain}:
        assert stood[0] in STANDING or stood[1] not in STANDING


def _with(threshold: float, chain: tuple[Strategy, ...]) -> UseCase:
    rules = {
        label: rule.model_copy(update={"auto_at": threshold})
        for label, rule in digits().labels.items()
    }
    return digits().model_copy(update={"labels": rules, "escalate": chain})


@pytest.mark.parametrize(
    ("confidence", "to"),
    [(0.95, "auto"), (0.85, "passive"), (0.7, "second_model"), (0.3, "review")],
)
def test_a_step_may_be_for_the_surer_of_the_unsure(confidence: float, to: str) -> None:
    use_case = parse_policy(
        """
        [use_cases.tickets]
        channel = "#tickets"
        question = "Which?"
        labels = ["billing", "shipping"]
        auto_at = 0.9
        escalate = [
            { to = "passive", at_least = 0.8 },
            { to = "second_model", at_least = 0.6, endpoints = ["https://one.example"] },
            { to = "review" },
        ]
        """
    ).use_case("tickets")
    found = route(Prediction({"billing": confidence}), use_case=use_case, draw=0.5)
    assert found.to == to
    assert "90 % threshold" in found.reason


def test_whoever_must_be_people_goes_past_the_chain() -> None:
    chain = (Strategy(to=RouteTo.ASK_USER), REVIEW)
    use_case = digits().model_copy(update={"escalate": chain})
    unscored = route(Prediction.unscored("3"), use_case=use_case, draw=0.5)
    asked = route(Prediction({"3": 0.5}), use_case=use_case, draw=0.5, ask_people=True)
    assert (unscored.to, asked.to) == (RouteTo.REVIEW, RouteTo.REVIEW)
