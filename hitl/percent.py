"""Shares as people read them, with as few decimals as keep the sentence true."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache


def percent(share: float, *, decimals: int = 0, apart_from: float | None = None) -> str:
    """Round to ``decimals``, or to as many more as it takes to stay true; no trailing zeros.

    The figure printed is above, at or under 0 %, 100 % and ``apart_from`` exactly as the share
    itself is: 86.96 % is not "87 %" beside a threshold of 87 %, nor is 99.97 % "100 %". What is
    nearer to 0 % or 100 % than three decimals show is "under 0.001 %" or "over 99.999 %".
    """
    points = _points(share)
    others = _ENDS if apart_from is None else (*_ENDS, _points(apart_from))
    rounded = round(points, decimals)
    while not _same_side(rounded, points, others=others):
        if decimals >= _MOST_DECIMALS and (brief := _near_an_end(points, others=others)):
            return brief
        decimals += 1
        rounded = round(points, decimals)
    return _printed(rounded)


@lru_cache
def exact_percent(share: float) -> str:
    """Print every decimal the share has: for thresholds, which people wrote down themselves."""
    return _printed(_points(share))


@lru_cache(maxsize=1024)
def _points(share: float) -> Decimal:
    # The shortest decimal that reads back as the same float is what a person would write.
    return Decimal(repr(float(share) + 0.0)) * 100  # adding 0 turns -0.0 into 0.0


_ENDS = (Decimal(0), Decimal(100))
_MOST_DECIMALS = 3
_LEAST, _MOST = Decimal("0.001"), Decimal("99.999")


def _near_an_end(points: Decimal, *, others: Iterable[Decimal]) -> str | None:
    """None where it would hide on which side of another figure the share is."""
    for low, high, words in (
        (_ENDS[0], _LEAST, f"under {_printed(_LEAST)}"),
        (_MOST, _ENDS[1], f"over {_printed(_MOST)}"),
    ):
        if low < points < high and not any(low < other < high for other in others):
            return words
    return None


def _same_side(rounded: Decimal, points: Decimal, *, others: Iterable[Decimal]) -> bool:
    if rounded == points:
        return True
    low, high = (rounded, points) if rounded < points else (points, rounded)
    return not [other for other in others if low <= other <= high]


def _printed(points: Decimal) -> str:
    digits = f"{points:f}"
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} %"
