"""How likely what was seen would be if all were well: exact tests of one and of two shares."""

from collections.abc import Sequence
from math import exp, lgamma

from hitl.statistics.findings.facts import Count

_NOTHING = 1e-15


def so_many(count: Count, *, healthy: float) -> float:
    """The chance of so many or more hits at a share of ``healthy``: a one-sided binomial test."""
    if not count.hits:
        return 1.0
    from scipy.special import bdtrc  # noqa: PLC0415 - heavy, and not every start needs it

    return float(bdtrc(count.hits - 1, count.total, healthy))


def so_slow(seconds: Sequence[float], *, healthy: float) -> float:
    """The chance of so many values above ``healthy`` were that the median: a sign test."""
    over = sum(each > healthy for each in seconds)
    return so_many(Count(over, len(seconds)), healthy=0.5)


def so_much_more(now: Count, before: Count) -> float:
    """The chance of so many hits or more in ``now`` were both shares one.

    R. A. Fisher's exact test, one-sided: "Statistical Methods for Research Workers", 5th ed.
    (1934), section 21.02.
    """
    hits, total = now.hits + before.hits, now.total + before.total
    whole, chance = _log_ways(total, now.total), 0.0
    for k in range(max(now.hits, now.total - (total - hits)), min(hits, now.total) + 1):
        each = exp(_log_ways(hits, k) + _log_ways(total - hits, now.total - k) - whole)
        chance += each
        # Beyond the likeliest each is less than the one before it: the rest adds nothing.
        if k * total > hits * now.total and each < chance * _NOTHING:
            break
    return min(1.0, chance)


def _log_ways(n: int, k: int) -> float:
    return lgamma(n + 1) - lgamma(k + 1) - lgamma(n - k + 1)
