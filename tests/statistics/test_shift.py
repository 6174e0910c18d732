"""Traffic that has changed is told from traffic that has not, against scipy."""

import random
from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import kolmogorov
from scipy.stats import ks_2samp

from hitl.statistics.shift import Shift, shift

SHARES = st.lists(st.floats(0, 1).map(lambda each: round(each, 2)), min_size=30, max_size=200)


@given(SHARES, SHARES)
def test_the_distance_is_that_of_scipy(sample: list[float], now: list[float]) -> None:
    found = shift(sample, now)
    assert found is not None
    oracle = ks_2samp(sample, now, method="asymp")
    assert found.apart == pytest.approx(oracle.statistic)
    scaled = found.apart * sqrt(len(sample) * len(now) / (len(sample) + len(now)))
    assert found.p == pytest.approx(float(kolmogorov(scaled)), abs=1e-9)


def drawn(chance: random.Random, count: int, *, alpha: float = 5) -> list[float]:
    return [chance.betavariate(alpha, 1) for _ in range(count)]


def test_the_same_traffic_is_seldom_another() -> None:
    chance = random.Random(1)
    found = [shift(drawn(chance, 300), drawn(chance, 2_000)) for _ in range(100)]
    assert not any(each and each.is_another for each in found)


def test_less_sure_traffic_is_another() -> None:
    chance = random.Random(2)
    found = shift(drawn(chance, 300), drawn(chance, 2_000, alpha=3))
    assert found is not None
    assert found.is_another


def test_a_difference_too_small_to_matter_is_none_however_certain() -> None:
    assert not Shift(apart=0.05, p=0.0).is_another


@pytest.mark.parametrize(("one", "other"), [(29, 500), (500, 29), (0, 0)])
def test_a_handful_says_nothing(one: int, other: int) -> None:
    assert shift([0.5] * one, [0.9] * other) is None
