"""Exact bounds and the numbers of checks they take, against scipy and by enumeration."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from hitl.statistics.answers import NotYet, Share, share_of
from hitl.statistics.intervals import checks_needed, clopper_pearson, highest_share
from hitl.statistics.precision import Precision, precision

COUNTS = st.integers(1, 2_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(COUNTS)
def test_clopper_and_pearson_agree_with_scipy(counts: tuple[int, int]) -> None:
    k, n = counts
    oracle = binomtest(k, n).proportion_ci(confidence_level=0.9, method="exact")
    found = clopper_pearson(k, n, confidence=0.9)
    assert (found.low, found.high) == pytest.approx((oracle.low, oracle.high), abs=1e-9)
    assert 0 <= found.low <= found.estimate <= found.high <= 1


@pytest.mark.parametrize("n", [1, 20, 149])
@pytest.mark.parametrize("p", [0.001, 0.02, 0.3, 0.99])
def test_the_one_sided_bound_is_too_low_no_more_often_than_it_says(n: int, p: float) -> None:
    too_low = sum(float(binom.pmf(k, n, p)) for k in range(n + 1) if highest_share(k, n, 0.95) < p)
    assert too_low <= 0.05


@pytest.mark.parametrize(
    ("right", "needed"),
    [
        (0.95, [59, 93, 124, 153]),
        (0.98, [149, 236, 313, 386]),
        (0.99, [299, 473, 628, 773]),
        (0.995, [598, 947, 1_258, 1_549]),
    ],
)
def test_so_many_checks_show_so_many_right(right: float, needed: list[int]) -> None:
    assert [checks_needed(1 - right, errors=errors) for errors in range(4)] == needed


@given(st.floats(0.001, 0.5), st.integers(0, 20), st.floats(0.5, 0.999))
def test_one_check_fewer_would_not_do(max_error: float, errors: int, confidence: float) -> None:
    needed = checks_needed(max_error, errors=errors, confidence=confidence)
    assert highest_share(errors, needed, confidence) <= max_error + 1e-9
    if needed - 1 > errors:
        assert highest_share(errors, needed - 1, confidence) > max_error - 1e-9


@pytest.mark.parametrize("max_error", [0, 1, -0.1])
def test_no_number_of_checks_shows_the_impossible(max_error: float) -> None:
    with pytest.raises(ValueError, match="must be above 0"):
        checks_needed(max_error)


def test_precision_reads_as_in_a_report() -> None:
    found = precision(2, 333)
    assert isinstance(found, Precision)
    assert str(found) == "at least 98.1 % right (95 % sure, 2 errors in 333 random checks)"


def test_too_few_checks_say_how_many_are_missing() -> None:
    assert str(precision(0, 61)) == "not enough yet (61 of 149 checks)"
    assert isinstance(precision(0, 149), Precision)
    assert str(precision(0, 0)) == "not enough yet (0 of 149 checks)"


def test_a_single_error_is_no_plural() -> None:
    assert "1 error in" in str(precision(1, 400))


def test_a_share_waits_for_its_minimum() -> None:
    assert share_of(1, 29, needed=30, of="cases") == NotYet(29, 30, "cases")
    assert share_of(1, 30, needed=30, of="cases") == Share.of(1, 30)
    assert share_of(0, 0, needed=0, of="cases") == NotYet(0, 1, "cases")
