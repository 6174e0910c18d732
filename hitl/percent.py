"""Shares as people read them, with as few decimals as keep the sentence true."""

from decimal import Decimal


def percent(share: float, *, decimals: int = 0, apart_from: float | None = None) -> str:
    """Round to ``decimals``, or to as many more as it takes to stay true.

    The figure printed is above, at or under 0 %, 100 % and ``apart_from`` exactly as the share
    itself is: 86.96 % is not "87 %" beside a threshold of 87 %, nor is 99.97 % "100 %".
    """
    exact = _points(share)
    bounds = [0, 100] if apart_from is None else [0, 100, _points(apart_from)]
    while True:
        rounded = round(exact, decimals)
        if all(
            (rounded > bound) == (exact > bound) and (rounded < bound) == (exact < bound)
            for bound in bounds
        ):
            return _printed(rounded)
        decimals += 1


def exact_percent(share: float) -> str:
    """Print every decimal the share has: for thresholds, which people wrote down themselves."""
    return _printed(_points(share))


def _points(share: float) -> Decimal:
    # The shortest decimal that reads back as the same float is what a person would write.
    return Decimal(repr(float(share))) * 100


def _printed(points: Decimal) -> str:
    digits = f"{points:f}"
    return f"{digits.rstrip('0').rstrip('.') if '.' in digits else digits} %"
