"""Advice is the arithmetic it shows: by hand, by brute force, and as people type it."""

import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.cards.policy import PolicyShown, policy_message
from hitl.policy import parse_policy
from hitl.statistics.advice import Asking, Question, Reliability, advise, line_of, stands_from
from hitl.statistics.calibration import Recalibration
from hitl.statistics.economics import break_even
from hitl.vocabulary import RouteTo
from tests.examples import POLICY, digits
from tests.statistics.conftest import Typed

MONEY = st.floats(0.01, 100)
SHARES = st.floats(0, 1)
WAYS = st.sampled_from([RouteTo.REVIEW, RouteTo.SECOND_MODEL, RouteTo.ASK_USER])


@pytest.fixture
def engine() -> str:
    """What is read is tested on both; here it is words."""
    return "sqlite"


def question(**changed: object) -> Question:
    asking = Asking(review=2.0, second_model=0.05, ask_user=0.2)
    return Question(**{"errors": {"clean": 50.0, "violation": 5.0}, "asking": asking} | changed)  # type: ignore[arg-type]


@given(MONEY, MONEY, st.floats(0, 0.5))
def test_the_threshold_for_reviews_is_chows(review: float, error: float, errs: float) -> None:
    asked = question(asking=Asking(review), reliability=Reliability(reviewer_errs=errs))
    line = line_of(asked, RouteTo.REVIEW, error=error)
    assert line is not None
    expected = break_even(review=review, error=error, reviewer_errs=errs)
    assert stands_from(line, error=error) == pytest.approx(expected)


@given(WAYS, MONEY, SHARES, st.builds(Reliability, *[st.floats(0, 1)] * 4))
def test_above_its_threshold_standing_is_cheaper_and_below_it_is_not(
    way: RouteTo, error: float, p: float, others: Reliability
) -> None:
    asked = question(reliability=others)
    line = line_of(asked, way, error=error)
    assert line is not None
    limit = stands_from(line, error=error)
    assert 0 <= limit <= 1
    standing, asking = (1 - p) * error, line(p)
    if p > limit + 1e-9:
        assert standing <= asking + 1e-6
    elif p < limit - 1e-9:
        assert standing >= asking - 1e-6


def test_a_second_model_is_worth_what_chance_says() -> None:
    chance, right, p, error = random.Random(1), 0.9, 0.7, 50.0
    line = line_of(question(), RouteTo.SECOND_MODEL, error=error)
    assert line is not None
    total, runs = 0.0, 200_000
    for _ in range(runs):
        first, second = chance.random() < p, chance.random() < right
        total += 0.05
        if first == second:
            total += 0 if first else error
        else:
            total += 2.0 + (error if chance.random() < 0.03 else 0)
    assert line(p) == pytest.approx(total / runs, rel=0.02)


def test_no_other_threshold_of_a_way_costs_less() -> None:
    chance = random.Random(2)
    sure = {label: [chance.uniform(0.5, 1) for _ in range(300)] for label in ("clean", "violation")}
    curve = Recalibration(0.3, 0.8)
    best = advise(question(confidences=sure, calibration=curve))
    for way in best.ways:
        if way.way is RouteTo.AUTO:
            continue
        for shift in (-0.1, -0.02, 0.02, 0.1):
            total = 0.0
            for label in way.labels:
                line = line_of(question(), way.way, error=label.error)
                assert line is not None
                assert label.threshold is not None
                for each in sure[label.label]:
                    p = curve(each)
                    stands = each >= label.threshold + shift
                    total += (1 - p) * label.error if stands else line(p)
            assert way.cost <= total / 600 + 1e-9
    assert [way.cost for way in best.ways] == sorted(way.cost for way in best.ways)


def test_a_way_without_a_price_is_left_out() -> None:
    ways = {each.way for each in advise(question(asking=Asking(review=2.0))).ways}
    assert ways == {RouteTo.REVIEW, RouteTo.AUTO}
    assert {each.way for each in advise(question(asking=Asking())).ways} == {RouteTo.AUTO}
    with pytest.raises(ValueError, match="must have one"):
        advise(question(errors={}))


def test_reviews_dearer_than_any_error_let_all_stand() -> None:
    advice = advise(question(errors={"clean": 1.0}, asking=Asking(review=2.0)))
    review = next(each for each in advice.ways if each.way is RouteTo.REVIEW)
    assert review.labels[0].threshold == 0


def test_free_and_perfect_reviews_let_nothing_stand() -> None:
    asked = question(asking=Asking(review=0.0), reliability=Reliability(reviewer_errs=0.0))
    review = next(each for each in advise(asked).ways if each.way is RouteTo.REVIEW)
    assert all(each.threshold is None for each in review.labels)


def test_slack_shows_the_break_even_of_labels_that_have_their_prices() -> None:
    priced = POLICY.replace(
        "review = 2.00", "review = 2.00\nerror = { clean = 50.0, violation = 5.0 }"
    )
    shown = PolicyShown(parse_policy(priced).use_case("content-moderation"), None, None)
    words = str(policy_message([shown]).blocks)
    assert "clean 93 %, violation 57 %" in words
    assert "By its prices" not in str(policy_message([PolicyShown(digits(), None, None)]).blocks)


def with_errors(typed: Typed) -> Typed:
    """The same command where the policy prices errors."""
    policy = Path("policy.toml")
    told = policy.read_text().replace(
        "review = 2.00", "review = 2.00\nerror = { clean = 50.0, violation = 5.0 }"
    )
    policy.write_text(told)
    return typed


@pytest.mark.usefixtures("month")
def test_advice_shows_its_arithmetic_and_what_it_rests_on(typed: Typed) -> None:
    result = with_errors(typed)("policy", "advise", "--use-case", "content-moderation")
    assert result.status == 0, result.said
    assert "x 50) / 50 =" in result.said
    assert "people are right in" in result.said
    assert "calibrated on 300 blind checks" in result.said
    assert "Cheapest: people decide" in result.said
    assert "left out: set costs.second_model" in result.said


def test_without_data_it_says_what_it_assumed(typed: Typed) -> None:
    result = with_errors(typed)("policy", "advise", "--use-case", "content-moderation")
    assert result.status == 0, result.said
    assert "1 - (2 + 0.030 x 50) / 50 = 0.930" in result.said
    assert "people err in 3 % of cases: assumed, not enough yet (0 of 30" in result.said
    assert "assumed, not enough yet (0 of 100 checks)" in result.said
    assert "No predictions yet" in result.said


@pytest.mark.parametrize(
    ("use_case", "said"),
    [
        ("digits", "set costs.error and costs.review (or costs.reviewer_hour)"),
        ("content-moderation", "set costs.error in the policy"),
    ],
)
def test_without_prices_it_names_them(typed: Typed, use_case: str, said: str) -> None:
    result = typed("policy", "advise", "--use-case", use_case)
    assert result.status == 2
    assert said in result.said
