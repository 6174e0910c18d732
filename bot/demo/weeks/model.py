"""The model of the loop: logistic regression, kept in a file that any process can read."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from sklearn.linear_model import LogisticRegression

from bot.demo.weeks.data import Floats, Items


@dataclass(frozen=True, slots=True)
class Model:
    """One row of coefficients and one constant for each label."""

    labels: tuple[str, ...]
    coefficients: Floats
    constants: Floats

    @classmethod
    def trained(cls, pixels: Floats, labels: Sequence[str]) -> Self:
        """Learn from pictures and their labels, of which there are at least two different ones."""
        found = LogisticRegression(C=10, max_iter=3000).fit(pixels, list(labels))
        return cls(tuple(found.classes_.tolist()), found.coef_, found.intercept_)

    @classmethod
    def read(cls, file: Path) -> Self:
        """What ``write`` wrote."""
        kept = json.loads(file.read_text(encoding="utf-8"))
        return cls(
            tuple(kept["labels"]), np.array(kept["coefficients"]), np.array(kept["constants"])
        )

    def write(self, file: Path) -> None:
        """As JSON."""
        kept = {
            "labels": list(self.labels),
            "coefficients": self.coefficients.tolist(),
            "constants": self.constants.tolist(),
        }
        file.write_text(json.dumps(kept), encoding="utf-8")

    def scores(self, pixels: Floats) -> list[dict[str, float]]:
        """For each picture the probability of each label."""
        logits = pixels @ self.coefficients.T + self.constants
        logits -= logits.max(axis=1, keepdims=True)
        odds = np.exp(logits)
        shares = odds / odds.sum(axis=1, keepdims=True)
        return [
            {label: round(float(share), 6) for label, share in zip(self.labels, row, strict=True)}
            for row in shares
        ]


@dataclass(frozen=True, slots=True)
class Judged:
    """What a model does with items whose truth is known."""

    confidences: tuple[float, ...]
    right: tuple[bool, ...]
    threshold: float

    @property
    def escalation(self) -> float:
        """The share that is under the threshold."""
        return 1 - sum(self._stood) / len(self.confidences)

    @property
    def accuracy(self) -> float | None:
        """The share of right ones in what stands; None where nothing does."""
        stood = [good for good, stands in zip(self.right, self._stood, strict=True) if stands]
        return sum(stood) / len(stood) if stood else None

    @property
    def _stood(self) -> list[bool]:
        return [sure >= self.threshold for sure in self.confidences]


def judge(model: Model, items: Items, *, threshold: float) -> Judged:
    """By the held-out items."""
    tops = [max(row.items(), key=lambda pair: pair[1]) for row in model.scores(items.pixels)]
    return Judged(
        confidences=tuple(score for _, score in tops),
        right=tuple(label == truth for (label, _), truth in zip(tops, items.truths, strict=True)),
        threshold=threshold,
    )
