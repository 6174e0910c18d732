"""Whether what comes in now still is what a sample was drawn from."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, sqrt

_APART = 0.10
_SURE = 0.001
_TERMS = 100
_FEWEST = 30


@dataclass(frozen=True, slots=True)
class Shift:
    """``apart`` is the largest difference between the two shares under any one value."""

    apart: float
    p: float

    @property
    def is_another(self) -> bool:
        """Far enough apart to matter, and hardly by chance."""
        return self.apart >= _APART and self.p <= _SURE


def shift(sample: Sequence[float], now: Sequence[float]) -> Shift | None:
    """Compare two sets of confidences; None while either has fewer than thirty.

    N. V. Smirnov's two-sample test, Annals of Mathematical Statistics 19 (1948), 279-281, with its
    limiting distribution.
    """
    if min(len(sample), len(now)) < _FEWEST:
        return None
    before, after = sorted(sample), sorted(now)
    apart = max(
        abs(bisect_right(before, each) / len(before) - bisect_right(after, each) / len(after))
        for each in {*before, *after}
    )
    scaled = apart * sqrt(len(before) * len(after) / (len(before) + len(after)))
    return Shift(apart, _smirnov(scaled))


def _smirnov(scaled: float) -> float:
    """2 sum over k of (-1)^(k-1) exp(-2 k² x²), which is 1 for small x."""
    if scaled < 0.2:  # noqa: PLR2004 - under it the series has not converged, and is 1 to 12 digits
        return 1.0
    terms = ((1.0 if k % 2 else -1.0) * exp(-2 * (k * scaled) ** 2) for k in range(1, _TERMS + 1))
    return min(1.0, max(0.0, 2 * sum(terms)))
