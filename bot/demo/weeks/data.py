"""The handwritten digits, split once: what is known, what comes in, what is held out."""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.datasets import load_digits

_KNOWN = 30
_HELD_OUT = 500
_SEED = 7

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Items:
    """Pictures as 64 shades from 0 to 1 each, and what they show."""

    pixels: Floats
    truths: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.truths)

    def some(self, chosen: Sequence[int]) -> "Items":
        """Those of the places."""
        return Items(self.pixels[list(chosen)], tuple(self.truths[place] for place in chosen))


@dataclass(frozen=True, slots=True)
class Digits:
    """``coming`` in the order in which they come; ``held_out`` tells how good a model is."""

    known: Items
    coming: Items
    held_out: Items

    def weeks(self, count: int) -> list[range]:
        """The places in ``coming`` of each week's items."""
        edges = [len(self.coming) * week // count for week in range(count + 1)]
        return [range(low, high) for low, high in itertools.pairwise(edges)]


def split_digits(most: int | None = None) -> Digits:
    """The same split each time; ``most`` come in, all of the rest otherwise."""
    images = load_digits()
    order = np.random.default_rng(_SEED).permutation(len(images.target))
    everything = Items(images.data / 16, tuple(str(digit) for digit in images.target))
    start = _HELD_OUT + _KNOWN
    end = len(order) if most is None else min(len(order), start + most)
    return Digits(
        known=everything.some(order[_HELD_OUT:start].tolist()),
        coming=everything.some(order[start:end].tolist()),
        held_out=everything.some(order[:_HELD_OUT].tolist()),
    )


def as_case(pixels: Floats, scores: dict[str, float], *, key: str, model: str) -> dict[str, Any]:
    """A picture and its prediction, as a caller submits it; label files bring the pixels back."""
    return {
        "use_case": "digits",
        "key": key,
        "model": model,
        "scores": scores,
        "title": f"Digit {key}",
        "metadata": {"pixels": [round(float(shade), 4) for shade in pixels]},
    }
