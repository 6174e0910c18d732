"""Whether a weekly rate goes up or down, and when it is too early to say."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, inf, log, sqrt

from hitl.statistics.answers import NotYet
from hitl.statistics.intervals import Interval
from hitl.statistics.minimums import TREND_ESCALATIONS, TREND_WEEKS

_WEEKS_A_YEAR = 365.25 / 7
_MOST_LOG = 50.0
"""A change of more than e to this a year prints as that."""


class Direction(StrEnum):
    """What the interval of a trend allows to say."""

    FALLING = "falling"
    RISING = "rising"
    UNCLEAR = "too early to say"


@dataclass(frozen=True, slots=True)
class Week:
    """``hits`` of ``total`` in one week: escalations of predictions, say."""

    hits: int
    total: int


@dataclass(frozen=True, slots=True)
class Trend:
    """Relative change a year: -0.1 is ten percent less each year. ``p`` is two-sided, of none."""

    weeks: int
    yearly: Interval
    p: float

    @property
    def direction(self) -> Direction:
        """Only what the whole interval agrees on."""
        if self.yearly.high < 0:
            return Direction.FALLING
        return Direction.RISING if self.yearly.low > 0 else Direction.UNCLEAR


def trend(weeks: Sequence[Week], *, confidence: float = 0.95) -> Trend | NotYet:
    """Fit log rate by week, oldest first, one use case and model version, weeks without gaps.

    Least squares weighted by the binomial precision of a week's log rate at the pooled rate, the
    error scaled by the dispersion found (A. C. Aitken, 1935; Student's t with weeks - 2 degrees of
    freedom): traffic varies more than coins do, and a binomial regression takes that for a trend.
    Half an event is added to each week, so that one without any has a logarithm. Weeks with
    nothing in them keep their place and weigh nothing.
    """
    seen = [(place, week) for place, week in enumerate(weeks) if week.total]
    hits = sum(week.hits for _, week in seen)
    if len(seen) < TREND_WEEKS:
        return NotYet(len(seen), TREND_WEEKS, "weeks")
    if hits < TREND_ESCALATIONS:
        return NotYet(hits, TREND_ESCALATIONS, "events in these weeks")
    # All weigh by their size times the same odds of the pooled rate, which cancel out.
    weights = [float(week.total) for _, week in seen]
    logs = [log((week.hits + 0.5) / (week.total + 0.5)) for _, week in seen]
    slope, error = _line([float(place) for place, _ in seen], logs, weights)
    return _yearly(slope, error, weeks=len(seen), confidence=confidence)


def _line(
    xs: Sequence[float], ys: Sequence[float], weights: Sequence[float]
) -> tuple[float, float]:
    """The slope of the weighted line and its standard error."""
    whole = sum(weights)
    middle_x = sum(w * x for w, x in zip(weights, xs, strict=True)) / whole
    middle_y = sum(w * y for w, y in zip(weights, ys, strict=True)) / whole
    points = [(w, x - middle_x, y - middle_y) for w, x, y in zip(weights, xs, ys, strict=True)]
    spread = sum(w * x * x for w, x, _ in points)
    slope = sum(w * x * y for w, x, y in points) / spread
    dispersion = sum(w * (y - slope * x) ** 2 for w, x, y in points) / (len(points) - 2)
    return slope, sqrt(dispersion / spread)


def _yearly(slope: float, error: float, *, weeks: int, confidence: float) -> Trend:
    from scipy.special import stdtr, stdtrit  # noqa: PLC0415 - heavy, and few reports need it

    freedom = weeks - 2
    reach = float(stdtrit(freedom, (1 + confidence) / 2)) * error
    surprise = abs(slope / error) if error else inf if slope else 0.0
    return Trend(
        weeks=weeks,
        yearly=Interval(
            low=_change(slope - reach), estimate=_change(slope), high=_change(slope + reach)
        ),
        p=2 * float(stdtr(freedom, -surprise)),
    )


def _change(slope: float) -> float:
    return exp(min(slope * _WEEKS_A_YEAR, _MOST_LOG)) - 1
