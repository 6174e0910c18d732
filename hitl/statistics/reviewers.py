"""How often a person is right, from decisions whose answer is known by other means.

A decision is checked where it answered a known case, where two people decided blind (settled when
they agree, adjudicated when not), or where it was the blind check of a random prediction (settled
when it agrees with the AI, adjudicated when not). Leave none of these out by how it ended: among
adjudicated checks alone a careful person looks worse than a coin.
"""

from dataclasses import dataclass

from hitl.statistics.answers import NotYet
from hitl.statistics.intervals import Interval
from hitl.statistics.minimums import PERSON_CHECKS, TEAM_CHECKS

PRIOR_RIGHT, PRIOR_WRONG = 9, 1
"""A Beta(9, 1): people are right nine times in ten until shown otherwise."""


@dataclass(frozen=True, slots=True)
class Accuracy:
    """The posterior mean with its central interval; of so many ``checks`` ``right`` were."""

    right: int
    checks: int
    interval: Interval


def person_accuracy(right: int, checks: int, *, confidence: float = 0.95) -> Accuracy | NotYet:
    """Of one person; under 50 checks nobody is measured, nor ranked."""
    if checks < PERSON_CHECKS:
        return NotYet(checks, PERSON_CHECKS, "checked cases")
    return _accuracy(right, checks, confidence=confidence)


def team_accuracy(right: int, checks: int, *, confidence: float = 0.95) -> Accuracy | NotYet:
    """Of everybody's checked decisions together."""
    if checks < TEAM_CHECKS:
        return NotYet(checks, TEAM_CHECKS, "checked cases")
    return _accuracy(right, checks, confidence=confidence)


def _accuracy(right: int, checks: int, *, confidence: float) -> Accuracy:
    """Beta-binomial: A. Gelman et al., "Bayesian Data Analysis", 3rd ed. (2013), section 2.4."""
    if not 0 <= right <= checks:
        raise ValueError(f"found {right} right of {checks}; must be no more than there were")
    from scipy.special import betaincinv  # noqa: PLC0415 - heavy, and few reports need it

    a, b = PRIOR_RIGHT + right, PRIOR_WRONG + checks - right
    miss = (1 - confidence) / 2
    return Accuracy(
        right=right,
        checks=checks,
        interval=Interval(
            low=float(betaincinv(a, b, miss)),
            estimate=a / (a + b),
            high=float(betaincinv(a, b, 1 - miss)),
        ),
    )
