"""A certificate is wrong as rarely as it says, where the naive rule is wrong most of the time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from hitl.statistics.certify import Certificate, NotCertified, Sample, certify, weekly_risk
from hitl.statistics.intervals import checks_needed, highest_share
from tests.statistics.simulated import EVERY_WORLD, WORLDS, Digits, World, naive_threshold

CHECKS = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=400)


def spread(count: int, *, wrong: tuple[int, ...] = ()) -> Sample:
    """Confidences that fall from 1 to 0.5; ``wrong`` are places from the surest."""
    sure = [1 - 0.5 * place / count for place in range(count)]
    return Sample(sure, [place not in wrong for place in range(count)])


@pytest.mark.parametrize("world", EVERY_WORLD, ids=lambda world: world.name)
def test_a_certificate_is_wrong_as_rarely_as_it_says(world: World | Digits) -> None:
    chance = np.random.default_rng(1)
    wrong = 0
    for _ in range(60):
        found = certify({"s": world.sample(chance, 800)}, max_error=0.05)["s"]
        if isinstance(found, Certificate):
            wrong += world.true_error(found.threshold) > 0.05
    assert wrong <= 8  # of 60 at 5 %: more come once in a thousand


@pytest.mark.parametrize("surer", [0.0, 0.01, 0.03, 0.051, 0.06, 0.1])
@pytest.mark.parametrize("less_sure", [0.0, 0.02, 0.051, 0.08, 0.2])
def test_by_exact_enumeration_a_certificate_is_wrong_as_rarely_as_it_says(
    surer: float, less_sure: float
) -> None:
    """Of 120 checks at 95 % and 60 at 80 %, with these shares of errors."""
    counts, errs, max_error = (120, 60), (surer, less_sure), 0.05
    true = {0.95: surer, 0.8: (120 * surer + 60 * less_sure) / 180}
    wrong = 0.0
    for first in range(13):  # with more errors among the surest nothing is certified
        for second in range(counts[1] + 1):
            right = [place >= first for place in range(120)]
            right += [place >= second for place in range(60)]
            sample = Sample([0.95] * 120 + [0.8] * 60, right)
            found = certify({"s": sample}, max_error=max_error)["s"]
            if isinstance(found, Certificate) and true[found.threshold] > max_error:
                chances = [
                    float(binom.pmf(k, n, p))
                    for k, n, p in zip((first, second), counts, errs, strict=True)
                ]
                wrong += chances[0] * chances[1]
    assert wrong <= 0.05


def test_the_lowest_threshold_that_looks_good_enough_fails_the_same_check() -> None:
    chance = np.random.default_rng(2)
    world = WORLDS[2]
    wrong = 0
    for _ in range(60):
        threshold = naive_threshold(world.sample(chance, 800), max_error=0.05)
        wrong += threshold is not None and world.true_error(threshold) > 0.05
    assert wrong > 30


def test_it_starts_where_one_error_would_still_pass_and_goes_to_the_end() -> None:
    needed = checks_needed(0.02, errors=1)
    assert needed == 236
    for wrong in ((), (100,)):
        found = certify({"s": spread(needed, wrong=wrong)}, max_error=0.02)["s"]
        assert isinstance(found, Certificate)
        assert (found.checks, found.errors) == (needed, len(wrong))


def test_it_stops_at_the_first_failure_although_more_would_pass_again() -> None:
    sample = spread(2_000, wrong=(300, 301, 302, 303, 304, 305))
    found = certify({"s": sample}, max_error=0.02)["s"]
    assert isinstance(found, Certificate)
    assert found.checks <= 306
    assert highest_share(6, 2_000) < 0.02


def test_too_few_checks_say_what_is_missing() -> None:
    found = certify({"s": spread(61)}, max_error=0.02)["s"]
    assert isinstance(found, NotCertified)
    assert (found.checks, found.errors, found.needed) == (61, 0, 236)
    assert str(found) == "not enough yet (61 of 236 checks)"


def test_too_many_errors_say_what_is_missing() -> None:
    found = certify({"s": spread(400, wrong=(3, 4, 5))}, max_error=0.02)["s"]
    assert isinstance(found, NotCertified)
    assert str(found) == (
        "3 errors in the 236 most confident checks; with so many, 386 checks are needed"
    )


def test_no_checks_at_all_are_no_error() -> None:
    found = certify({"s": Sample([], [])}, max_error=0.02)["s"]
    assert isinstance(found, NotCertified)
    assert certify({}, max_error=0.02) == {}


def test_sides_are_told_apart_and_share_the_risk() -> None:
    found = certify(
        {"reject": spread(400), "approve": spread(400, wrong=tuple(range(0, 400, 9)))},
        max_error=0.02,
    )
    assert isinstance(found["reject"], Certificate)
    assert isinstance(found["approve"], NotCertified)
    alone = checks_needed(0.02, errors=1, confidence=0.95)
    assert isinstance(certify({"a": spread(alone)}, max_error=0.02)["a"], Certificate)
    both = certify({"a": spread(alone), "b": spread(alone)}, max_error=0.02)
    assert all(isinstance(each, NotCertified) for each in both.values())


def test_all_weeks_together_risk_what_one_look_may() -> None:
    risks = [weekly_risk(0.05, week=week) for week in range(1, 20_000)]
    assert sum(risks) < 0.05
    assert sum(risks) == pytest.approx(0.05, abs=1e-5)
    assert risks == sorted(risks, reverse=True)
    with pytest.raises(ValueError, match="count from 1"):
        weekly_risk(0.05, week=0)


def test_equal_confidences_stand_or_fall_together() -> None:
    found = certify({"s": Sample([0.9] * 500, [True] * 500)}, max_error=0.02)["s"]
    assert isinstance(found, Certificate)
    assert found.checks == 500
    assert found.threshold == 0.9


@given(CHECKS, st.floats(0.01, 0.3), st.integers(1, 60))
def test_what_is_certified_is_what_its_numbers_say(
    checks: list[tuple[float, bool]], max_error: float, week: int
) -> None:
    sample = Sample([sure for sure, _ in checks], [right for _, right in checks])
    found = certify({"s": sample}, max_error=max_error, week=week)["s"]
    assert found.sample == len(checks)
    if isinstance(found, NotCertified):
        assert found.needed > found.checks or found.errors
        return
    reached = [right for sure, right in checks if sure >= found.threshold]
    assert (found.checks, found.errors) == (len(reached), reached.count(False))
    assert highest_share(found.errors, found.checks) <= max_error + 1e-9
