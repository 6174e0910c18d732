"""Intervals cover as often as they claim, by exact enumeration and against scipy."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from hitl.statistics.intervals import (
    Interval,
    median_interval,
    quantile_interval,
    wilson,
)


def coverage(n: int, p: float) -> float:
    """Add up the chance of every count whose interval holds the true share."""
    bounds = [wilson(k, n) for k in range(n + 1)]
    return sum(
        float(binom.pmf(k, n, p)) for k, bound in enumerate(bounds) if bound.low <= p <= bound.high
    )


@given(st.integers(1, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_scipy(counts: tuple[int, int]) -> None:
    k, n = counts
    oracle = binomtest(k, n).proportion_ci(confidence_level=0.9, method="wilson")
    found = wilson(k, n, confidence=0.9)
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=1e-9)
    assert 0 <= found.low <= found.estimate <= found.high <= 1


@pytest.mark.parametrize("n", [30, 100, 300])
@pytest.mark.parametrize("p", [0.02, 0.08, 0.3, 0.5, 0.9])
def test_wilson_covers_about_as_often_as_it_claims(n: int, p: float) -> None:
    assert 0.92 < coverage(n, p) < 0.99


def test_wilson_reads_as_in_a_report() -> None:
    found = wilson(81, 1_000)
    assert [round(100 * value, 1) for value in (found.low, found.estimate, found.high)] == [
        6.6,
        8.1,
        10.0,
    ]


def test_nothing_seen_is_a_bound_of_exactly_zero_and_all_seen_of_one() -> None:
    assert wilson(0, 37).low == 0
    assert wilson(37, 37).high == 1


@pytest.mark.parametrize(("k", "n"), [(0, 0), (-1, 10), (11, 10)])
def test_counts_that_cannot_be_are_refused(k: int, n: int) -> None:
    with pytest.raises(ValueError, match="must be"):
        wilson(k, n)


def ranks(n: int, q: float, confidence: float = 0.95) -> tuple[int, int] | None:
    """Give the values 1 … n, so that each bound is its own rank."""
    found = quantile_interval(range(1, n + 1), q, confidence)
    return None if found is None else (int(found.low), int(found.high))


@pytest.mark.parametrize("q", [0.1, 0.5, 0.75, 0.9])
@pytest.mark.parametrize("n", [36, 37, 100, 999])
@pytest.mark.parametrize("confidence", [0.8, 0.95])
def test_each_side_of_a_quantile_misses_as_rarely_as_it_must_and_no_rarer(
    n: int, q: float, confidence: float
) -> None:
    miss = (1 - confidence) / 2
    bounds = ranks(n, q, confidence)
    assert bounds
    lower, upper = bounds
    assert binom.cdf(lower - 1, n, q) <= miss < binom.cdf(lower, n, q)
    assert binom.sf(upper - 1, n, q) <= miss < binom.sf(upper - 2, n, q)


def test_a_median_takes_twenty_values_and_a_ninetieth_percentile_thirty_six() -> None:
    assert median_interval(range(19)) is None
    assert median_interval(range(20))
    assert ranks(35, 0.9) is None
    assert ranks(36, 0.9)
    assert ranks(35, 0.1) is None


def test_a_median_lies_between_the_two_middle_values() -> None:
    assert median_interval(range(1, 21)) == Interval(low=6, estimate=10.5, high=15)


def test_a_few_walk_aways_hardly_move_the_median() -> None:
    decided = [5 + number / 10 for number in range(95)]
    found = median_interval([*decided, *[3_600.0] * 5])
    assert found
    assert found.high < 12


def test_more_values_never_widen_the_bounds_by_rank() -> None:
    shares = [
        (bounds[1] - bounds[0]) / n for n in (100, 400, 1_600, 10_000) if (bounds := ranks(n, 0.5))
    ]
    assert len(shares) == 4
    assert all(wider > narrower for wider, narrower in pairwise(shares))


def test_ten_thousand_values_are_bounded_as_scipy_would() -> None:
    n = 10_000
    assert ranks(n, 0.9) == (
        int(binom.ppf(0.025, n, 0.9)),
        int(binom.isf(0.025, n, 0.9)) + 1,
    )
