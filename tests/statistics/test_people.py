"""Agreement, accuracy and speed of people, against krippendorff, scipy and the truth."""

import random

import krippendorff
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from hitl.statistics.agreement import agreement, krippendorff_alpha
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.intervals import Interval
from hitl.statistics.reviewers import Accuracy, person_accuracy, team_accuracy
from hitl.statistics.speed import speed

VOTES = st.lists(st.lists(st.integers(0, 3), min_size=1, max_size=4), min_size=2, max_size=60)


@given(VOTES)
def test_alpha_is_that_of_the_krippendorff_package(votes: list[list[int]]) -> None:
    pairable = [label for each in votes if len(each) > 1 for label in each]
    found = krippendorff_alpha((each, 1) for each in votes)
    if len(set(pairable)) < 2:
        assert found is None
        return
    counts = [[each.count(label) for label in range(4)] for each in votes]
    oracle = krippendorff.alpha(value_counts=counts, level_of_measurement="nominal")
    assert found == pytest.approx(oracle, abs=1e-9)


def test_disagreement_counts_cases_seen_by_two_and_waits_for_thirty() -> None:
    same, other, single = ["a", "a"], ["a", "b"], ["a"]
    found = agreement([(same, 91), (other, 9), (single, 500)])
    assert found.disagreed == Share.of(9, 100)
    assert isinstance(found.alpha, float)
    assert agreement([(same, 29)]).disagreed == NotYet(29, 30, "double reviews")
    assert agreement([(same, 99)]).alpha == NotYet(99, 100, "double reviews")


def test_alpha_of_people_who_only_ever_say_one_thing_is_not_one() -> None:
    assert agreement([(["a", "a"], 100)]).alpha is None


@given(st.integers(50, 3_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_accuracy_is_the_posterior_of_scipy(counts: tuple[int, int]) -> None:
    right, checks = counts
    found = person_accuracy(right, checks)
    assert isinstance(found, Accuracy)
    oracle = beta(9 + right, 1 + checks - right)
    assert found.interval.estimate == pytest.approx(oracle.mean())
    assert (found.interval.low, found.interval.high) == pytest.approx(oracle.interval(0.95))
    assert 0 <= found.interval.low <= found.interval.estimate <= found.interval.high <= 1


def test_accuracy_reads_as_in_a_report() -> None:
    found = person_accuracy(69, 74)
    assert isinstance(found, Accuracy)
    interval = found.interval
    shown = [round(100 * each) for each in (interval.estimate, interval.low, interval.high)]
    assert shown == [93, 86, 97]


def test_nobody_is_measured_on_a_handful() -> None:
    assert person_accuracy(40, 49) == NotYet(49, 50, "checked cases")
    assert team_accuracy(0, 0) == NotYet(0, 30, "checked cases")
    assert isinstance(team_accuracy(29, 30), Accuracy)


def test_nobody_is_right_more_often_than_asked() -> None:
    with pytest.raises(ValueError, match="no more than"):
        person_accuracy(61, 60)


def checked_blind(chance: random.Random, *, slips: float, ai_errs: float) -> tuple[bool, bool]:
    """Whether a blind check was adjudicated, and whether the person was found right."""
    is_right = chance.random() >= slips
    ai_is_right = chance.random() >= ai_errs
    return is_right != ai_is_right, is_right or not ai_is_right


def test_all_blind_checks_together_measure_a_person_and_adjudicated_ones_alone_do_not() -> None:
    chance = random.Random(6)
    checks = [checked_blind(chance, slips=0.05, ai_errs=0.04) for _ in range(20_000)]
    every = sum(right for _, right in checks) / len(checks)
    adjudicated = [right for was_adjudicated, right in checks if was_adjudicated]
    assert every == pytest.approx(0.95, abs=0.01)
    assert sum(adjudicated) / len(adjudicated) < 0.6


def test_walk_aways_do_not_move_the_median() -> None:
    quick = [4 + place % 10 for place in range(95)]
    found = speed([*quick, *[1_800.0] * 5])
    assert isinstance(found.median, Interval)
    assert found.median.high < 11
    assert isinstance(found.on_target, Share)
    assert found.on_target.hits == sum(each < 10 for each in quick)


def test_each_figure_of_speed_waits_for_its_own_minimum() -> None:
    few = speed([3.0] * 19)
    assert few.median == NotYet(19, 20, "timed reviews")
    some = speed([3.0] * 20)
    assert isinstance(some.median, Interval)
    assert some.p90 == NotYet(20, 36, "timed reviews")
    assert isinstance(speed([3.0] * 36).p90, Interval)
    assert speed([]).on_target == NotYet(0, 20, "timed reviews")
