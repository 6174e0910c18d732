"""Calibration against statsmodels, scikit-learn and scipy's own minimiser."""

import random

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from sklearn.metrics import brier_score_loss, log_loss

from hitl.statistics.answers import NotYet
from hitl.statistics.calibration import (
    Calibration,
    Recalibration,
    calibration,
    fitted,
    log_likelihood,
    recalibration,
)


def overconfident(count: int, *, seed: int) -> tuple[list[float], list[bool]]:
    """Ninety-five percent sure is right about three times in four."""
    chance = random.Random(seed)
    sure = [chance.betavariate(6, 1) for _ in range(count)]
    worth = Recalibration(shift=-0.4, scale=0.5)
    return sure, [chance.random() < worth(each) for each in sure]


@pytest.mark.parametrize("seed", range(5))
def test_without_a_prior_the_curve_is_the_logistic_regression_of_statsmodels(seed: int) -> None:
    sure, right = overconfident(400, seed=seed)
    logits = np.log(np.array(sure) / (1 - np.array(sure)))
    oracle = sm.Logit(np.array(right, dtype=float), sm.add_constant(logits)).fit(disp=0)
    found = fitted(sure, right, pull=0)
    assert [found.shift, found.scale] == pytest.approx(list(oracle.params), abs=1e-5)
    assert log_likelihood(found, sure, right) == pytest.approx(oracle.llf, abs=1e-6)


@pytest.mark.parametrize("seed", range(5))
def test_with_its_prior_the_curve_is_what_a_minimiser_finds(seed: int) -> None:
    sure, right = overconfident(100, seed=seed)

    def loss(coefficients: list[float]) -> float:
        curve = Recalibration(*coefficients)
        pull = curve.shift**2 + (curve.scale - 1) ** 2
        return pull / 2 - log_likelihood(curve, sure, right)

    oracle = minimize(loss, [0, 1], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    found = recalibration(sure, right)
    assert isinstance(found, Recalibration)
    assert [found.shift, found.scale] == pytest.approx(list(oracle.x), abs=1e-4)


def test_the_score_is_that_of_scikit_learn() -> None:
    sure, right = overconfident(300, seed=1)
    found = calibration(sure, right)
    assert isinstance(found, Calibration)
    assert found.brier == pytest.approx(brier_score_loss(right, sure))
    assert log_likelihood(Recalibration(), sure, right) == pytest.approx(
        -log_loss(right, sure, normalize=False)
    )


def test_recalibration_takes_most_of_the_error_away_with_a_hundred_checks() -> None:
    sure, right = overconfident(100, seed=2)
    curve = recalibration(sure, right)
    assert isinstance(curve, Recalibration)
    fresh, outcome = overconfident(5_000, seed=3)
    before, after = calibration(fresh, outcome), calibration([curve(c) for c in fresh], outcome)
    assert isinstance(before, Calibration)
    assert isinstance(after, Calibration)
    assert after.ece < before.ece / 2
    assert after.brier < before.brier


@given(st.integers(100, 700), st.integers(0, 1_000))
def test_five_bins_of_equal_count_add_up(count: int, seed: int) -> None:
    sure, right = overconfident(count, seed=seed)
    found = calibration(sure, right)
    assert isinstance(found, Calibration)
    sizes = [each.right.total for each in found.bins]
    assert sum(sizes) == count
    assert max(sizes) - min(sizes) <= 1
    assert sum(each.right.hits for each in found.bins) == sum(right)
    assert 0 <= found.ece <= 1
    assert 0 <= found.brier <= 1
    assert all(each.low <= each.confidence <= each.high for each in found.bins)


def test_under_a_hundred_checks_nothing_is_said() -> None:
    sure, right = overconfident(99, seed=1)
    assert calibration(sure, right) == NotYet(99, 100, "checks")
    assert recalibration(sure, right) == NotYet(99, 100, "checks")


@pytest.mark.parametrize("right", [True, False])
def test_all_right_or_all_wrong_and_certain_still_has_a_curve(right: bool) -> None:
    found = recalibration([1.0] * 100, [right] * 100)
    assert isinstance(found, Recalibration)
    assert 0 <= found(1.0) <= 1
    assert (found(0.5) > 0.01) is right or found(1.0) < 0.6


@given(st.floats(0.01, 0.99), st.floats(-3, 3), st.floats(0.1, 3))
def test_the_confidence_for_a_worth_is_worth_that(worth: float, shift: float, scale: float) -> None:
    curve = Recalibration(shift, scale)
    confidence = curve.confidence_for(worth)
    assert confidence is not None
    if 1e-5 < confidence < 1 - 1e-5:
        assert curve(confidence) == pytest.approx(worth, abs=1e-6)


def test_where_more_confidence_is_worth_no_more_no_threshold_is_found() -> None:
    assert Recalibration(0, -0.2).confidence_for(0.9) is None
