"""How much must be escalated for a quality that is given: what a better model saves."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from hitl.statistics.answers import NotYet
from hitl.statistics.intervals import Interval
from hitl.statistics.minimums import CALIBRATION

_RESAMPLES = 400
_SEED = 7
_MISS = 0.025
"""On each side."""


@dataclass(frozen=True, slots=True)
class EqualQuality:
    """The least share to escalate so that what stands is wrong in at most ``max_error``."""

    max_error: float
    checks: int
    escalation: Interval
    """With a bootstrap interval of 95 %: the threshold was chosen on the same checks."""
    threshold: float | None
    """Confidences from here on stand; None where nothing may."""


def equal_quality(
    confidences: Sequence[float], right: Sequence[bool], *, max_error: float
) -> EqualQuality | NotYet:
    """The smallest escalation of a shadow sample with an automatic error of at most ``max_error``.

    From 100 checks on. It compares models: each is given the threshold that suits it best, so
    that one which only claims to be surer gains nothing.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and few reports need it

    count = len(confidences)
    if count < CALIBRATION:
        return NotYet(count, CALIBRATION, "checks")
    order = np.argsort(-np.asarray(confidences, dtype=float), kind="stable")
    sure, wrong = np.asarray(confidences, float)[order], ~np.asarray(right, bool)[order]
    stands = _most_that_may_stand(sure, wrong, max_error)
    chance, places = np.random.default_rng(_SEED), np.arange(count)
    others = []
    for _ in range(_RESAMPLES):
        times = np.bincount(chance.integers(0, count, count), minlength=count)
        drawn = np.repeat(places, times)
        others.append(1 - _most_that_may_stand(sure[drawn], wrong[drawn], max_error) / count)
    low, high = np.quantile(others, [_MISS, 1 - _MISS])
    estimate = 1 - stands / count
    return EqualQuality(
        max_error=max_error,
        checks=count,
        escalation=Interval(min(float(low), estimate), estimate, max(float(high), estimate)),
        threshold=float(sure[stands - 1]) if stands else None,
    )


def _most_that_may_stand(sure: Any, wrong: Any, max_error: float) -> int:
    """How many of the surest; those of one confidence stand together or not at all."""
    import numpy as np  # noqa: PLC0415 - the same

    numbers = np.arange(1, len(sure) + 1)
    is_last_of_its_kind = np.append(sure[1:] < sure[:-1], True)
    fine = (np.cumsum(wrong) <= max_error * numbers) & is_last_of_its_kind
    return int(numbers[fine].max(initial=0))
