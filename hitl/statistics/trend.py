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

    Least squares on weights from ``week_weights``, the error scaled by the dispersion found
    (G. Knapp and J. Hartung, Statistics in Medicine 22 (2003), 2693-2710; Student's t with
    weeks - 2 degrees of freedom). Half an event is added to each week, so that one without any has
    a logarithm. Weeks with nothing in them keep their place and weigh nothing.
    """
    seen = [(place, week) for place, week in enumerate(weeks) if week.total]
    hits = sum(week.hits for _, week in seen)
    if len(seen) < TREND_WEEKS:
        return NotYet(len(seen), TREND_WEEKS, "weeks")
    if hits < TREND_ESCALATIONS:
        return NotYet(hits, TREND_ESCALATIONS, "events in these weeks")
    places = [float(place) for place, _ in seen]
    logs = [log((week.hits + 0.5) / (week.total + 0.5)) for _, week in seen]
    weights = week_weights(places, logs, [week for _, week in seen])
    line = _fit(places, logs, weights)
    slope, error = line.slope, sqrt(line.misfit / (len(seen) - 2) / line.spread)
    return _yearly(slope, error, weeks=len(seen), confidence=confidence)


def week_weights(
    places: Sequence[float], logs: Sequence[float], weeks: Sequence[Week]
) -> list[float]:
    """One over the variance of each week's log rate: of counting, and of weeks among themselves.

    Traffic varies more than coins do. Weighing by size alone takes that for a trend in one case of
    twelve instead of twenty, a binomial regression in every other. What varies beyond counting is
    estimated by moments around the line: R. DerSimonian and N. Laird, Controlled Clinical Trials 7
    (1986), 177-188, for a regression as in S. G. Thompson and S. J. Sharp, Statistics in Medicine
    18 (1999), 2693-2708.
    """
    hits, total = sum(week.hits for week in weeks), sum(week.total for week in weeks)
    rate = (hits + 0.5) / (total + 1)
    counting = [(1 - rate) / (week.total * rate) for week in weeks]
    weights = [1 / each for each in counting]
    line = _fit(places, logs, weights)
    squares = [w * w for w in weights]
    lost = sum(squares) / sum(weights)
    lost += (
        sum(s * (x - line.middle) ** 2 for s, x in zip(squares, places, strict=True)) / line.spread
    )
    beyond = max(0.0, (line.misfit - (len(weeks) - 2)) / (sum(weights) - lost))
    return [1 / (each + beyond) for each in counting]


@dataclass(frozen=True, slots=True)
class _Line:
    """``middle`` and ``spread`` are the weighted mean of places and their squares around it;
    ``misfit`` is the weighted sum of squared residuals.
    """

    slope: float
    middle: float
    spread: float
    misfit: float


def _fit(xs: Sequence[float], ys: Sequence[float], weights: Sequence[float]) -> _Line:
    whole = sum(weights)
    middle_x = sum(w * x for w, x in zip(weights, xs, strict=True)) / whole
    middle_y = sum(w * y for w, y in zip(weights, ys, strict=True)) / whole
    points = [(w, x - middle_x, y - middle_y) for w, x, y in zip(weights, xs, ys, strict=True)]
    spread = sum(w * x * x for w, x, _ in points)
    slope = sum(w * x * y for w, x, y in points) / spread
    misfit = sum(w * (y - slope * x) ** 2 for w, x, y in points)
    return _Line(slope, middle_x, spread, misfit)


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
