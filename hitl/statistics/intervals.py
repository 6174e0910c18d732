"""How sure a share or a typical time is, given how little was seen."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt
from statistics import NormalDist

_FEWEST_VALUES = 20
"""Under this, an interval for a typical time is too wide to be worth a line."""


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
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = k / n
    shrink = 1 / (1 + z * z / n)
    middle = shrink * (share + z * z / (2 * n))
    reach = shrink * z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # With no success, or nothing else, a bound is 0 or 1 exactly; rounding must not move it.
    return Interval(
        low=0.0 if k == 0 else middle - reach,
        estimate=share,
        high=1.0 if k == n else middle + reach,
    )


def clopper_pearson(k: int, n: int, confidence: float = 0.95) -> Interval:
    """Bound a share exactly from both sides: each misses with at most half of 1 - confidence.

    C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the
    case of the binomial", Biometrika 26 (1934), 404-413.
    """
    one_sided = (1 + confidence) / 2
    return Interval(
        low=1 - highest_share(n - k, n, one_sided),
        estimate=k / n,
        high=highest_share(k, n, one_sided),
    )


def highest_share(k: int, n: int, confidence: float = 0.95) -> float:
    """Bound a share from above, exactly: the one-sided limit of Clopper and Pearson.

    The true share is above it with probability ≤ 1 - confidence, whatever it is.
    """
    if not 0 <= k <= n or n < 1:
        raise ValueError(f"found {k} of {n}; must be at least one trial and no more successes")
    if k == n:
        return 1.0
    from scipy.special import betaincinv  # noqa: PLC0415 - heavy, and not every report needs it

    return float(betaincinv(k + 1, n - k, confidence))


def checks_needed(max_error: float, *, errors: int = 0, confidence: float = 0.95) -> int:
    """How many checks with so many errors show that at most ``max_error`` are wrong.

    The smallest n for which ``highest_share(errors, n, confidence)`` ≤ max_error, 0 < max_error
    < 1: 149 for 2 % with no error, 236 with one.
    """
    if not 0 < max_error < 1:
        raise ValueError(f"found a largest error of {max_error}; must be above 0 and under 1")
    from scipy.special import bdtr  # noqa: PLC0415 - heavy, and not every report needs it

    def shows(n: int) -> bool:
        return float(bdtr(errors, n, max_error)) <= 1 - confidence

    enough = errors + 1
    while not shows(enough):
        enough *= 2
    too_few = errors
    while enough - too_few > 1:
        middle = (enough + too_few) // 2
        too_few, enough = (too_few, middle) if shows(middle) else (middle, enough)
    return enough


def median_interval(sorted_values: Sequence[float], confidence: float = 0.95) -> Interval | None:
    """Bound a median; None under 20 values."""
    return quantile_interval(sorted_values, 0.5, confidence)


def quantile_interval(
    sorted_values: Sequence[float], q: float, confidence: float = 0.95
) -> Interval | None:
    """Bound a quantile, 0 < q < 1, by two of the values themselves, whatever their distribution.

    None under 20 values, and where even the extremes bound it too rarely: a 90 % quantile takes
    36 values at 95 %. Each side misses with at most half of 1 - confidence. Source: H. A. David
    and H. N. Nagaraja, "Order Statistics", 3rd ed. (2003), section 7.1.
    """
    n = len(sorted_values)
    miss = (1 - confidence) / 2
    lower = _rank_below(n, q, miss=miss)
    upper = n + 1 - _rank_below(n, 1 - q, miss=miss)
    if n < _FEWEST_VALUES or lower < 1 or upper > n:
        return None
    return Interval(
        low=sorted_values[lower - 1],
        estimate=_quantile(sorted_values, q),
        high=sorted_values[upper - 1],
    )


def _rank_below(n: int, q: float, *, miss: float) -> int:
    """Find the highest rank whose value lies above the q-quantile with probability ≤ ``miss``.

    That is the largest r with P(fewer than r of n values are under the quantile) ≤ miss, the
    count being binomial(n, q); 0 when there is none.
    """
    log_odds = log(q) - log1p(-q)
    # So far below there is nothing to add up.
    first = max(0, int(n * q - 10 * sqrt(n * q * (1 - q)) - 10))
    # Of so many values under the quantile; logarithms, as it may underflow.
    log_mass = lgamma(n + 1) - lgamma(first + 1) - lgamma(n - first + 1)
    log_mass += first * log(q) + (n - first) * log1p(-q)
    fewer = 0.0
    for rank in range(first, n):
        fewer += exp(log_mass)
        if fewer > miss:
            return rank
        log_mass += log((n - rank) / (rank + 1)) + log_odds
    return n


def _quantile(sorted_values: Sequence[float], q: float) -> float:
    """Interpolate between the two nearest values, so that a median is what people expect."""
    place = (len(sorted_values) - 1) * q
    before = int(place)
    after = min(before + 1, len(sorted_values) - 1)
    step = sorted_values[after] - sorted_values[before]
    return sorted_values[before] + (place - before) * step
