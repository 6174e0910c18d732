"""Money adds up, what has no price is unknown, and the break-even is where costs are equal."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hitl.statistics.answers import NotYet
from hitl.statistics.economics import (
    DecisionCost,
    Prices,
    Standing,
    break_even,
    decision_cost,
    error_cost,
)

MONEY = st.floats(0.01, 1_000)
SHARES = st.floats(0, 1)
PRICED = Prices(ai=0.0002, review=2.0, error={"clean": 50.0, "violation": 5.0})


def test_a_decision_reads_as_in_a_report() -> None:
    found = decision_cost(Prices(ai=0.0065, review=1.0), predictions=10_000, reviews=745)
    assert isinstance(found, DecisionCost)
    assert found.spent == pytest.approx(0.081)
    assert found.of_review == pytest.approx(0.92, abs=0.001)


@given(st.integers(1, 10**7), st.integers(0, 10**6), MONEY, MONEY)
def test_the_parts_of_a_decision_add_up(n: int, reviews: int, ai: float, review: float) -> None:
    found = decision_cost(Prices(ai=ai, review=review), predictions=n, reviews=reviews)
    assert isinstance(found, DecisionCost)
    assert found.spent is not None
    assert found.spent * n == pytest.approx(ai * n + review * reviews)
    assert found.of_review is not None
    assert 0 <= found.of_review <= 1


@pytest.mark.parametrize("prices", [Prices(), Prices(ai=1.0), Prices(review=1.0)])
def test_what_has_no_price_makes_the_sum_unknown_and_not_smaller(prices: Prices) -> None:
    found = decision_cost(prices, predictions=10, reviews=3)
    assert isinstance(found, DecisionCost)
    assert found.spent is None
    assert found.of_review is None


def test_what_is_free_is_zero_and_not_unknown() -> None:
    found = decision_cost(Prices(ai=0.0, review=0.0), predictions=10, reviews=3)
    assert isinstance(found, DecisionCost)
    assert found.spent == 0
    assert found.of_review is None


def test_no_predictions_have_no_cost_each() -> None:
    assert decision_cost(PRICED, predictions=0, reviews=0) == NotYet(0, 1, "predictions")


def test_errors_are_expected_by_label_and_by_all_labels_where_one_was_never_checked() -> None:
    seen = [Standing("clean", 1_000, checks=100, errors=1), Standing("violation", 200)]
    assert error_cost(PRICED, seen) == pytest.approx(1_000 * 0.01 * 50 + 200 * 0.01 * 5)


def test_errors_without_price_or_checks_are_unknown() -> None:
    assert error_cost(PRICED, [Standing("other", 1, checks=1)]) is None
    assert error_cost(PRICED, [Standing("clean", 1)]) == NotYet(0, 1, "checks")
    assert error_cost(PRICED, [Standing("other", 0)]) == 0
    assert error_cost(Prices(), []) == 0


@given(MONEY, MONEY, st.floats(0, 0.5))
def test_at_the_break_even_both_ways_cost_the_same(review: float, error: float, h: float) -> None:
    found = break_even(review=review, error=error, reviewer_errs=h)
    assert 0 <= found <= 1
    standing, asking = (1 - found) * error, review + h * error
    if 0 < found < 1:
        assert standing == pytest.approx(asking)
    elif found == 0:
        assert error <= asking * (1 + 1e-9)


@given(MONEY, MONEY, st.floats(0, 0.5), st.floats(1, 10))
def test_dearer_reviews_never_raise_the_threshold_and_dearer_errors_never_lower_it(
    review: float, error: float, h: float, times: float
) -> None:
    found = break_even(review=review, error=error, reviewer_errs=h)
    assert break_even(review=review * times, error=error, reviewer_errs=h) <= found
    assert break_even(review=review, error=error * times, reviewer_errs=h) >= found - 1e-12


def test_free_errors_may_all_stand() -> None:
    assert break_even(review=1, error=0, reviewer_errs=0.1) == 0
