"""Trends against statsmodels, and no more false ones than they admit to."""

import random

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st

from hitl.statistics.answers import NotYet
from hitl.statistics.trend import Direction, Trend, Week, trend, week_weights

WEEKS = st.lists(
    st.integers(50, 5_000).flatmap(
        lambda total: st.builds(Week, st.integers(5, total), st.just(total))
    ),
    min_size=8,
    max_size=60,
)


@given(WEEKS)
def test_the_line_is_that_of_statsmodels(weeks: list[Week]) -> None:
    logs = [np.log((week.hits + 0.5) / (week.total + 0.5)) for week in weeks]
    design = sm.add_constant(np.arange(len(weeks), dtype=float))
    weights = week_weights(list(range(len(weeks))), logs, weeks)
    oracle = sm.WLS(logs, design, weights=weights).fit()
    found = trend(weeks)
    assert isinstance(found, Trend)
    bounds = [oracle.params[1], *oracle.conf_int(0.05)[1]]
    expected = [np.exp(min(slope * 365.25 / 7, 50)) - 1 for slope in bounds]
    yearly = found.yearly
    assert [yearly.estimate, yearly.low, yearly.high] == pytest.approx(expected, rel=1e-5, abs=1e-6)
    assert yearly.low <= yearly.estimate <= yearly.high
    if oracle.bse[1] > 1e-9:  # of a line without any error nobody knows
        assert found.p == pytest.approx(oracle.pvalues[1], abs=1e-6)


@given(WEEKS)
def test_what_varies_beyond_counting_is_that_of_the_matrix_formula(weeks: list[Week]) -> None:
    rate = (sum(w.hits for w in weeks) + 0.5) / (sum(w.total for w in weeks) + 1)
    counting = np.array([(1 - rate) / (rate * week.total) for week in weeks])
    logs = np.array([np.log((week.hits + 0.5) / (week.total + 0.5)) for week in weeks])
    design = sm.add_constant(np.arange(len(weeks), dtype=float))
    w = np.diag(1 / counting)
    p = w - w @ design @ np.linalg.inv(design.T @ w @ design) @ design.T @ w
    beyond = max(0.0, (logs @ p @ logs - (len(weeks) - 2)) / np.trace(p))
    found = week_weights(list(range(len(weeks))), list(logs), weeks)
    assert found == pytest.approx(list(1 / (counting + beyond)), rel=1e-6)


def noisy_year(chance: random.Random, *, weeks: int, yearly: float) -> list[Week]:
    """Rates that wander by a third from week to week, as real traffic does."""
    made = []
    for place in range(weeks):
        rate = 0.1 * (1 + yearly) ** (place / 52.18) * chance.lognormvariate(0, 0.3)
        total = chance.randint(200, 1_500)
        made.append(Week(sum(chance.random() < rate for _ in range(total)), total))
    return made


def test_a_rate_that_halves_in_a_year_is_falling() -> None:
    found = trend(noisy_year(random.Random(3), weeks=52, yearly=-0.6))
    assert isinstance(found, Trend)
    assert found.direction is Direction.FALLING
    assert found.yearly.low < -0.6 < found.yearly.high


def test_ten_percent_a_year_cannot_be_judged_on_a_quarter() -> None:
    found = trend(noisy_year(random.Random(4), weeks=13, yearly=-0.1))
    assert isinstance(found, Trend)
    assert found.direction == "too early to say"


def test_few_false_trends_are_seen_in_what_only_wanders() -> None:
    chance = random.Random(5)
    answers = [trend(noisy_year(chance, weeks=12, yearly=0)) for _ in range(100)]
    clear = [a for a in answers if isinstance(a, Trend) and a.direction is not Direction.UNCLEAR]
    assert len(clear) <= 12  # 5 expected; 13 or more come once in a thousand


def test_empty_weeks_keep_their_place_and_weigh_nothing() -> None:
    weeks = [Week(40 - place, 100) for place in range(16)]
    gap = weeks[:6] + [Week(0, 0)] * 4 + weeks[10:]
    whole, holed = trend(weeks), trend(gap)
    assert isinstance(whole, Trend)
    assert isinstance(holed, Trend)
    assert holed.weeks == 12
    assert holed.yearly.estimate == pytest.approx(whole.yearly.estimate, rel=0.1)


@pytest.mark.parametrize(
    ("weeks", "missing"),
    [
        ([], NotYet(0, 8, "weeks")),
        ([Week(5, 10)] * 7, NotYet(7, 8, "weeks")),
        ([Week(5, 10)] * 7 + [Week(0, 0)] * 20, NotYet(7, 8, "weeks")),
        ([Week(0, 500)] * 30, NotYet(0, 30, "events in these weeks")),
    ],
)
def test_too_little_is_no_trend(weeks: list[Week], missing: NotYet) -> None:
    assert trend(weeks) == missing


def test_a_rate_that_never_moves_has_none() -> None:
    found = trend([Week(10, 100)] * 20)
    assert isinstance(found, Trend)
    assert found.direction is Direction.UNCLEAR
    assert found.yearly.estimate == pytest.approx(0, abs=1e-9)


def test_all_escalated_every_week_is_no_trend_either() -> None:
    found = trend([Week(total, total) for total in range(100, 120)])
    assert isinstance(found, Trend)
    assert found.yearly.estimate == pytest.approx(0, abs=1e-9)
