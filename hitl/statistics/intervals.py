"""How sure a share or a typical time is, given how little was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log, log1p, sqrt
from statistics import NormalDist


@dataclass(frozen=True, slots=True)
class Interval:
    """An estimate between its bounds, in the unit of what was measured."""

    low: float
    estimate: float
    high: float


def wilson(k: int, n: int, confidence: float = 0.95) -> Interval:
    """Bound a share after k successes in n trials, 0 ≤ k ≤ n and n ≥ 1.

    The score interval of E. B. Wilson, "Probable inference, the law of succession, and
    statistical inference", JASA 22 (1927), 209-212.
    """
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"found {k} of {n}; must be at least one trial and no more successes")
    z = _z(confidence)
    share = k / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    reach = z / (1 + z * z / n) * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # At the ends the bounds are 0 and 1 exactly; rounding must not leave the estimate outside.
    return Interval(
        low=0.0 if k == 0 else max(0.0, middle - reach),
        estimate=share,
        high=1.0 if k == n else min(1.0, middle + reach),
    )


def median_interval(values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    return quantile_interval(values, 0.5, confidence)


def quantile_interval(
    values: Sequence[float], q: float, confidence: float = 0.95
) -> Interval | None:
    n = len(values)
    tail = (1 - confidence) / 2
    lower, upper = _rank(n, q, tail), n + 1 - _rank(n, 1 - q, tail)
    if n < 20 or lower < 1 or upper > n:
        return None
    return Interval(values[lower - 1], _quantile(values, q), values[upper - 1])


def _z(confidence: float) -> float:
    return NormalDist().inv_cdf((1 + confidence) / 2)


def _rank(n: int, q: float, tail: float) -> int:
    odds, log_mass, below, rank = log(q) - log1p(-q), n * log1p(-q), 0.0, 0
    while rank < n:
        below += exp(log_mass)
        if below > tail:
            break
        log_mass += log((n - rank) / (rank + 1)) + odds
        rank += 1
    return rank


def _quantile(values: Sequence[float], q: float) -> float:
    place = (len(values) - 1) * q
    before = int(place)
    after = min(before + 1, len(values) - 1)
    return values[before] + (place - before) * (values[after] - values[before])
