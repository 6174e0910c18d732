"""Sudden changes and many tests at once: found when they are there, rarely when not."""

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.multitest import multipletests

from hitl.statistics.changes import first_change, watch
from hitl.statistics.discoveries import discoveries
from hitl.statistics.intervals import wilson

P_VALUES = st.lists(st.floats(0, 1), min_size=1, max_size=60)


@given(P_VALUES, st.sampled_from([0.05, 0.1, 0.2]))
def test_discoveries_are_those_of_statsmodels(p_values: list[float], q: float) -> None:
    oracle = multipletests(p_values, alpha=q, method="fdr_bh")[0]
    assert discoveries(p_values, q=q) == list(oracle)


def test_no_test_makes_no_discovery() -> None:
    assert discoveries([]) == []


def test_twenty_quiet_use_cases_raise_few_false_alarms() -> None:
    chance = random.Random(7)
    weeks = [[chance.random() for _ in range(20)] for _ in range(500)]
    naive = sum(min(week) < 0.05 for week in weeks) / 500
    controlled = sum(any(discoveries(week)) for week in weeks) / 500
    assert naive > 0.5
    assert controlled < 0.15


def test_a_short_baseline_is_taken_at_its_upper_bound() -> None:
    assert watch(20, 1_000).before == wilson(20, 1_000).high
    assert watch(60, 3_000).before == 0.02
    assert watch(0, 5_000).before == wilson(0, 5_000).high


@pytest.mark.parametrize(("hits", "total", "limit"), [(60, 3_000, 7), (300, 3_000, 8)])
def test_common_events_take_a_higher_sum(hits: int, total: int, limit: float) -> None:
    assert watch(hits, total).limit == limit


@pytest.mark.parametrize(("hits", "total"), [(70, 100), (3_000, 3_000), (1, 1), (2_990, 3_000)])
def test_what_cannot_double_is_looked_for_nearer_to_certainty(hits: int, total: int) -> None:
    look_for = watch(hits, total)
    assert 0 < look_for.before < look_for.after < 1
    assert first_change([True] * 2_000, look_for) is not None


def test_a_doubling_is_noticed_soon_and_dated_to_about_when_it_began() -> None:
    chance = random.Random(8)
    since = []
    for _ in range(50):
        quiet = [chance.random() < 0.05 for _ in range(1_000)]
        loud = [chance.random() < 0.12 for _ in range(1_000)]
        found = first_change([*quiet, *loud], watch(150, 3_000))
        assert found is not None
        if found.noticed >= 1_000:
            since.append(found.since)
            assert found.cases == found.noticed - found.since + 1
            assert 0 < found.events <= found.cases
    assert len(since) >= 45
    assert abs(sorted(since)[len(since) // 2] - 1_000) < 60


def test_what_stays_as_it_was_raises_few_alarms() -> None:
    chance = random.Random(9)
    alarms = sum(
        first_change((chance.random() < 0.05 for _ in range(2_000)), watch(150, 3_000)) is not None
        for _ in range(100)
    )
    assert alarms <= 12


def test_nothing_at_all_is_no_change() -> None:
    assert first_change([], watch(1, 10)) is None
    assert first_change([False] * 10_000, watch(1, 10)) is None
