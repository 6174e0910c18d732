"""How fast people review: from claim or open to the decision, never from when it was posted.

No mean anywhere: one person in twenty who walks away doubles it and leaves the median alone.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from hitl.statistics.answers import NotYet, Share, share_of
from hitl.statistics.intervals import Interval, median_interval, quantile_interval
from hitl.statistics.minimums import MEDIAN, P90

TARGET_SECONDS = 10.0
"""What a review ought to stay under."""


@dataclass(frozen=True, slots=True)
class Speed:
    """Seconds, with intervals by order statistics."""

    reviews: int
    median: Interval | NotYet
    p90: Interval | NotYet
    on_target: Share | NotYet
    """Reviews of under ten seconds."""


def speed(seconds: Iterable[float]) -> Speed:
    """Of timed reviews, in any order; those that nobody could time are to be left out."""
    ordered = sorted(seconds)
    count = len(ordered)
    quick = sum(each < TARGET_SECONDS for each in ordered)
    return Speed(
        reviews=count,
        median=median_interval(ordered) or NotYet(count, MEDIAN, "timed reviews"),
        p90=quantile_interval(ordered, 0.9) or NotYet(count, P90, "timed reviews"),
        on_target=share_of(quick, count, needed=MEDIAN, of="timed reviews"),
    )
