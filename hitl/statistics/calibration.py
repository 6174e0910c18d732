"""Whether 90 % sure means right nine times in ten, on the shadow sample of one model version."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import exp, log, log1p

from hitl.statistics.answers import NotYet, Share
from hitl.statistics.minimums import CALIBRATION

_BINS = 5
_EDGE = 1e-6
"""Confidences this near to 0 or 1 count as if they were so far away: none is certain."""
_PULL = 1.0
"""Prior precision of both coefficients around the identity: worth a handful of labels."""
_MOST_STEPS = 100
_STILL = 1e-10


@dataclass(frozen=True, slots=True)
class Bin:
    """Predictions of like confidence: the mean of it, and how many were right."""

    low: float
    high: float
    """The least and the most confident of them."""
    confidence: float
    right: Share


@dataclass(frozen=True, slots=True)
class Calibration:
    """``brier`` is the mean squared error, ``ece`` the mean gap of the bins, weighted by size."""

    checks: int
    bins: tuple[Bin, ...]
    brier: float
    ece: float


@dataclass(frozen=True, slots=True)
class Recalibration:
    """What a confidence c is worth: 1 / (1 + exp(-(shift + scale · logit c)))."""

    shift: float = 0.0
    scale: float = 1.0

    def __call__(self, confidence: float) -> float:
        return _expit(self.shift + self.scale * _logit(confidence))

    def confidence_for(self, worth: float) -> float | None:
        """The least confidence worth so much, 0 < worth < 1; None where more is not worth more."""
        if self.scale <= 0:
            return None
        return _expit((_logit(worth) - self.shift) / self.scale)


def calibration(confidences: Sequence[float], right: Sequence[bool]) -> Calibration | NotYet:
    """Five bins of equal count, Brier's score and the expected calibration error.

    G. W. Brier, Monthly Weather Review 78 (1950), 1-3; M. P. Naeini et al., AAAI 2015. A hundred
    checks at least. Equal confidences may fall into two bins.
    """
    count = len(confidences)
    if count < CALIBRATION:
        return NotYet(count, CALIBRATION, "checks")
    ordered = sorted(zip(confidences, right, strict=True))
    edges = [count * number // _BINS for number in range(_BINS + 1)]
    bins = tuple(_bin(ordered[low:high]) for low, high in pairwise(edges))
    return Calibration(
        checks=count,
        bins=bins,
        brier=sum((sure - good) ** 2 for sure, good in ordered) / count,
        ece=sum(each.right.total * abs(each.right.estimate - each.confidence) for each in bins)
        / count,
    )


def recalibration(confidences: Sequence[float], right: Sequence[bool]) -> Recalibration | NotYet:
    """Fit Platt's curve, pulled toward leaving confidences as they are; from 100 checks on.

    J. Platt, "Probabilistic outputs for support vector machines" (1999), as a logistic regression
    on the logit with a normal prior of unit variance around shift 0 and scale 1. Fit it anew after
    each retraining.
    """
    if len(confidences) < CALIBRATION:
        return NotYet(len(confidences), CALIBRATION, "checks")
    return fitted(confidences, right, pull=_PULL)


def fitted(confidences: Sequence[float], right: Sequence[bool], *, pull: float) -> Recalibration:
    """The curve for any number of checks and prior precision ``pull`` ≥ 0, by Newton's steps."""
    import numpy as np  # noqa: PLC0415 - heavy, and few reports need it

    logits = np.array([_logit(each) for each in confidences])
    outcome = np.array(right, dtype=float)
    prior, found = np.array([0.0, 1.0]), np.array([0.0, 1.0])
    design = np.column_stack([np.ones_like(logits), logits])
    for _ in range(_MOST_STEPS):
        worth = 1 / (1 + np.exp(-np.clip(design @ found, -500, 500)))
        slope = design.T @ (outcome - worth) - pull * (found - prior)
        bend = (design.T * (worth * (1 - worth))) @ design + (pull + _STILL) * np.eye(2)
        step = np.linalg.solve(bend, slope)
        # Halved far from home, where a whole step may overshoot.
        found = found + step / max(1.0, float(np.abs(step).max()))
        if float(np.abs(step).max()) < _STILL:
            break
    return Recalibration(shift=float(found[0]), scale=float(found[1]))


def log_likelihood(
    curve: Recalibration, confidences: Sequence[float], right: Sequence[bool]
) -> float:
    """Natural logarithm of how likely the outcomes are under the curve."""
    total = 0.0
    for sure, good in zip(confidences, right, strict=True):
        score = curve.shift + curve.scale * _logit(sure)
        total -= _softplus(-score if good else score)
    return total


def _bin(members: Sequence[tuple[float, bool]]) -> Bin:
    confidences = [sure for sure, _ in members]
    return Bin(
        low=confidences[0],
        high=confidences[-1],
        confidence=sum(confidences) / len(members),
        right=Share.of(sum(good for _, good in members), len(members)),
    )


def _logit(share: float) -> float:
    kept = min(max(share, _EDGE), 1 - _EDGE)
    return log(kept / (1 - kept))


def _expit(score: float) -> float:
    return 1 / (1 + exp(-score)) if score >= 0 else exp(score) / (1 + exp(score))


def _softplus(score: float) -> float:
    return max(score, 0.0) + log1p(exp(-abs(score)))
