"""Simulations with a known truth, each of which says whether an answer missed it."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from hitl.reports.facts import MARGINS
from hitl.statistics.calibration import Calibration, Recalibration, calibration, recalibration
from hitl.statistics.certify import Certificate, certify
from hitl.statistics.changes import first_change, watch
from hitl.statistics.findings.search import find
from hitl.statistics.intervals import highest_share, median_interval, wilson
from hitl.statistics.reviewers import Accuracy, person_accuracy
from hitl.statistics.served_first import Band, ServedFirst, served_first
from hitl.statistics.trend import Direction, Trend, Week, trend
from tests.statistics.simulated import EVERY_WORLD, WORLDS, Digits, World, naive_threshold
from tests.statistics.year import PLANTED, SLACK, TROUBLES, first_found, quiet_week

FOREVER = 1_000
Miss = bool | None
"""None where nothing was answered."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """``run`` takes a seed; at most a share ``allowed`` of its answers may be wrong."""

    name: str
    allowed: float
    run: Callable[[int], Miss]
    is_naive: bool = False
    """Done as it should not be, to show that the same check fails it."""


def _wilson(seed: int) -> Miss:
    chance = random.Random(seed)
    n, p = chance.choice([30, 100, 400, 2_000]), chance.uniform(0.02, 0.5)
    found = wilson(sum(chance.random() < p for _ in range(n)), n)
    return not found.low <= p <= found.high


def _wald(seed: int) -> Miss:
    chance = random.Random(seed)
    n, p = 30, 0.03
    share = sum(chance.random() < p for _ in range(n)) / n
    return abs(share - p) > 1.96 * sqrt(share * (1 - share) / n)


def _clopper_pearson(seed: int) -> Miss:
    chance = random.Random(seed)
    n, p = chance.choice([60, 150, 600]), chance.uniform(0.002, 0.1)
    return highest_share(sum(chance.random() < p for _ in range(n)), n) < p


def _median(seed: int) -> Miss:
    chance = random.Random(seed)
    found = median_interval(sorted(_seconds(chance, chance.choice([20, 80, 300]))))
    return None if found is None else not found.low <= 7.0 <= found.high


def _mean(seed: int) -> Miss:
    """What a mean with its usual interval says of a usual review, with walk-aways."""
    chance = random.Random(seed)
    seconds = np.array(_seconds(chance, 300))
    error = 1.96 * seconds.std(ddof=1) / len(seconds) ** 0.5
    return bool(abs(seconds.mean() - 7.0) > error)


def _seconds(chance: random.Random, count: int) -> list[float]:
    """A median of seven, with one in fifty who walks away."""
    return [
        chance.lognormvariate(0, 0.6) * 7.0 * (200 if chance.random() < 0.02 else 1)
        for _ in range(count)
    ]


def _accuracy(seed: int) -> Miss:
    """Of people as good as the prior expects them to be."""
    chance = random.Random(seed)
    p, n = chance.betavariate(9, 1), chance.randint(50, 300)
    found = person_accuracy(sum(chance.random() < p for _ in range(n)), n)
    if not isinstance(found, Accuracy):
        return None
    return not found.interval.low <= p <= found.interval.high


def _weeks(seed: int) -> list[Week]:
    """Twelve weeks without a trend, whose rate wanders by a quarter."""
    chance = np.random.default_rng(seed)
    totals = chance.integers(300, 2_000, size=12)
    rates = np.minimum(0.1 * chance.lognormal(0, 0.25, size=12), 1)
    hits = chance.binomial(totals, rates)
    return [Week(int(k), int(n)) for k, n in zip(hits, totals, strict=True)]


def _trend(seed: int) -> Miss:
    found = trend(_weeks(seed))
    return None if not isinstance(found, Trend) else found.direction is not Direction.UNCLEAR


def _binomial_trend(seed: int) -> Miss:
    """Against a plain binomial regression, which takes wandering for a trend."""
    from statsmodels.api import GLM, add_constant, families  # noqa: PLC0415 - slow to import

    weeks = _weeks(seed)
    counts = np.array([[week.hits, week.total - week.hits] for week in weeks])
    found = GLM(counts, add_constant(np.arange(12.0)), family=families.Binomial()).fit()
    return bool(found.pvalues[1] < 0.05)


def _recalibrated(seed: int) -> Miss:
    """Whether a hundred checks made the calibration of fresh predictions worse."""
    chance = random.Random(seed)
    truth = Recalibration(chance.uniform(-1.5, 0.2), chance.uniform(0.4, 1.1))
    sure = [chance.betavariate(6, 1) for _ in range(1_100)]
    right = [chance.random() < truth(each) for each in sure]
    curve = recalibration(sure[:100], right[:100])
    if not isinstance(curve, Recalibration):
        return None
    before = calibration(sure[100:], right[100:])
    after = calibration([curve(each) for each in sure[100:]], right[100:])
    if not isinstance(before, Calibration) or not isinstance(after, Calibration):
        return None
    return after.brier > before.brier + 0.005


def _order(seed: int) -> Miss:
    """Whether the order's gain was overstated, where some cases are urgent and others not."""
    chance = np.random.default_rng(seed)
    count = int(chance.integers(600, 3_000))
    margins = chance.beta(1, chance.uniform(0.7, 2), size=count)
    wrong = chance.uniform(0.2, 0.6) * np.exp(-chance.uniform(0, 5) * margins)
    # The urgent ones are served whatever they are; the rest by margin, as far as it goes.
    turn = np.where(chance.random(count) < chance.uniform(0, 0.2), -1, margins)
    served = np.zeros(count, bool)
    served[np.argsort(turn)[: int(count * chance.uniform(0.1, 0.9))]] = True
    overturned = served & (chance.random(count) < wrong)
    place = np.searchsorted(MARGINS, margins, side="right")
    found = served_first(
        [
            Band(
                *(int((each & (place == at)).sum()) for each in (margins >= 0, served, overturned))
            )
            for at in range(len(MARGINS) + 1)
        ]
    )
    if not isinstance(found, ServedFirst):
        return None
    return bool(found.gain.low > wrong[served].mean() - wrong.mean())


def _alarm(seed: int) -> Miss:
    """A false alarm of the running sum within a thousand quiet cases."""
    chance = random.Random(seed)
    p = chance.uniform(0.02, 0.3)
    baseline = sum(chance.random() < p for _ in range(800))
    quiet = (chance.random() < p for _ in range(1_000))
    return first_change(quiet, watch(baseline, 800)) is not None


def _late(seed: int) -> Miss:
    """Whether a doubling was not noticed within a thousand cases."""
    chance = random.Random(seed)
    p = chance.uniform(0.05, 0.3)
    baseline = sum(chance.random() < p for _ in range(3_000))
    loud = (chance.random() < 2 * p for _ in range(1_000))
    return first_change(loud, watch(baseline, 3_000)) is None


def _false_findings(seed: int) -> Miss:
    """Any finding in twenty quiet use cases in one week."""
    return bool(find(quiet_week(random.Random(seed * 20 + number)) for number in range(20)))


def _planted(seed: int) -> Miss:
    """Whether trouble is not found under each of its names within four weeks."""
    plant, expected = list(TROUBLES.values())[seed % len(TROUBLES)]
    found = first_found(random.Random(seed), plant)
    return not all(found.get(rule, FOREVER) <= PLANTED + SLACK for rule in expected)


def _quiet_year(seed: int) -> Miss:
    """Any finding in a quiet use case that is looked at in each week of a year."""
    return bool(first_found(random.Random(seed)))


def _many_tests(seed: int) -> Miss:
    """Any of twenty quiet use cases under 5 % by itself."""
    chance = random.Random(seed)
    return min(chance.random() for _ in range(20)) < 0.05


def _certified(
    world: World | Digits, seed: int, *, max_error: float = 0.05, checks: int = 800
) -> Miss:
    sample = world.sample(np.random.default_rng(seed), checks)
    found = certify({"side": sample}, max_error=max_error)["side"]
    return isinstance(found, Certificate) and world.true_error(found.threshold) > max_error


def _certified_weekly(seed: int) -> Miss:
    """Ten weekly tests of a sample that grows: whether any certificate of them was wrong."""
    world, chance = WORLDS[2], np.random.default_rng(seed)
    whole = world.sample(chance, 1_500)
    for week in range(1, 11):
        grown = type(whole)(whole.confidences[: week * 150], whole.right[: week * 150])
        found = certify({"side": grown}, max_error=0.05, week=week)["side"]
        if isinstance(found, Certificate) and world.true_error(found.threshold) > 0.05:
            return True
    return False


def _naive(world: World, seed: int) -> Miss:
    sample = world.sample(np.random.default_rng(seed), 800)
    threshold = naive_threshold(sample, max_error=0.05)
    return threshold is not None and world.true_error(threshold) > 0.05


def _of(world: World | Digits, run: Callable[[Any, int], Miss]) -> Callable[[int], Miss]:
    return lambda seed: run(world, seed)


CAMPAIGNS: Sequence[Campaign] = (
    Campaign("Wilson interval misses the share", 0.06, _wilson),
    Campaign("  naive: Wald interval, 30 cases", 0.05, _wald, is_naive=True),
    Campaign("exact bound is under the error", 0.05, _clopper_pearson),
    Campaign("interval misses the median time", 0.05, _median),
    Campaign("  naive: interval of the mean", 0.05, _mean, is_naive=True),
    Campaign("interval misses a person's accuracy", 0.05, _accuracy),
    Campaign("trend where there is none", 0.05, _trend),
    Campaign("  naive: binomial regression", 0.05, _binomial_trend, is_naive=True),
    Campaign("recalibration makes it worse", 0.05, _recalibrated),
    Campaign("gain of the order overstated", 0.05, _order),
    Campaign("false alarm within 1,000 cases", 0.05, _alarm),
    Campaign("doubling missed for 1,000 cases", 0.05, _late),
    Campaign("false finding, 20 quiet use cases, a week", 0.10, _false_findings),
    Campaign("false finding, one quiet use case, a year", 0.20, _quiet_year),
    Campaign("planted trouble missed for four weeks", 0.05, _planted),
    Campaign("  naive: each at p < 0.05", 0.10, _many_tests, is_naive=True),
    *(
        Campaign(f"certificate false: {world.name}", 0.05, _of(world, _certified))
        for world in EVERY_WORLD
    ),
    Campaign("certificate false in any of ten weeks", 0.05, _certified_weekly),
    Campaign(
        f"  naive: lowest threshold that looks good, {WORLDS[2].name}",
        0.05,
        _of(WORLDS[2], _naive),
        is_naive=True,
    ),
)
