"""Simulated shadow samples whose true error is known, for what a certificate must not do."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits
from sklearn.linear_model import LogisticRegression

from hitl.statistics.certify import Sample

Shares = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class World:
    """How sure an AI is, and how often it is right when it is so sure."""

    name: str
    sure: Callable[[np.random.Generator, int], Shares]
    right: Callable[[Shares], Shares]

    def sample(self, chance: np.random.Generator, count: int) -> Sample:
        """Drawn at random from all traffic."""
        sure = self.sure(chance, count)
        right = chance.random(count) < self.right(sure)
        return Sample(sure.tolist(), right.tolist())

    def true_error(self, threshold: float) -> float:
        """Of everything at or above the threshold, from two hundred thousand."""
        sure = _all_traffic(self)
        return float(1 - self.right(sure[sure >= threshold]).mean())


@cache
def _all_traffic(world: World) -> Shares:
    return world.sure(np.random.default_rng(99), 200_000)


def _mostly_sure(chance: np.random.Generator, count: int) -> Shares:
    return 1 - 0.5 * chance.beta(1, 3, size=count)


def _rounded(chance: np.random.Generator, count: int) -> Shares:
    return np.round(_mostly_sure(chance, count), 2)


def _same(sure: Shares) -> Shares:
    return np.full(len(sure), 0.949)


@cache
def _digits() -> tuple[Shares, Shares]:
    """How sure a model trained on a hundred handwritten digits is of all others, and if rightly."""
    images, labels = load_digits(return_X_y=True)
    model = LogisticRegression(max_iter=300, C=0.02).fit(images[:100], labels[:100])
    scores = model.predict_proba(images[100:])
    right = model.classes_[scores.argmax(axis=1)] == labels[100:]
    return scores.max(axis=1), right.astype(float)


class Digits:
    """Real scores: all digits are the traffic, and samples are drawn from them."""

    name = "real scores of digits"

    def sample(self, chance: np.random.Generator, count: int) -> Sample:
        """With replacement, as from endless traffic."""
        sure, right = _digits()
        drawn = chance.integers(0, len(sure), size=count)
        return Sample(sure[drawn].tolist(), (right[drawn] > 0).tolist())

    def true_error(self, threshold: float) -> float:
        """Of all digits at or above it."""
        sure, right = _digits()
        return float(1 - right[sure >= threshold].mean())


WORLDS = (
    World("calibrated", _mostly_sure, lambda sure: sure),
    World("better than it says", _mostly_sure, lambda sure: 1 - 0.3 * (1 - sure)),
    World("just not good enough", _mostly_sure, _same),
    World("surer where it is wrong", _mostly_sure, lambda sure: np.where(sure > 0.97, 0.91, 0.99)),
    World("in whole percent", _rounded, lambda sure: 1 - 0.5 * (1 - sure)),
)
EVERY_WORLD: tuple[World | Digits, ...] = (*WORLDS, Digits())


def naive_threshold(sample: Sample, *, max_error: float) -> float | None:
    """The lowest threshold at which the sample looks good enough: what must not be done."""
    found, wrong = None, 0
    ordered = sorted(zip(sample.confidences, sample.right, strict=True), reverse=True)
    for count, (sure, right) in enumerate(ordered, start=1):
        wrong += not right
        if wrong <= max_error * count:
            found = sure
    return found
