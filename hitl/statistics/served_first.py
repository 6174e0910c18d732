"""What it brings to serve the least certain first when people can't get to everything.

Cases are taken in bands of like margin. Within a band, those that people got to stand for those
they did not; so what they would have met in the order of arrival is known without deciding those.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

from hitl.statistics.answers import NotYet, Share
from hitl.statistics.intervals import Interval
from hitl.statistics.minimums import LEFT, SERVED

_FEWEST = 10
"""Decisions of a band; one with fewer is put to the less certain one beside it."""
_Z = 1.959964


@dataclass(frozen=True, slots=True)
class Band:
    """Cases of like margin that came to people."""

    came: int
    served: int
    """Decided by people,"""
    overturned: int
    """and how many of these got another label than the AI's."""


@dataclass(frozen=True, slots=True)
class ServedFirst:
    """Of so many that came, ``left`` wait still or were ended by their deadline."""

    came: int
    left: int
    overturned: Share
    """Of those that people decided."""
    as_they_came: float
    """The share that would have been overturned, had as many been decided in order of arrival."""
    gain: Interval
    """The difference of the two shares, with an interval of 95 %."""


def served_first(bands: Sequence[Band]) -> ServedFirst | NotYet:
    """Compare the order that was kept with that of arrival; the least certain band comes first.

    Post-stratification, as in W. G. Cochran, "Sampling Techniques", 3rd ed. (1977), section 5A.9:
    the bands' overturned shares are weighted once by what was decided and once by what came. If
    overturns get rarer with certainty, the gain is understated rather than overstated, as within a
    band the less certain ones were decided. From 100 decisions and 30 cases left on.
    """
    came, served = sum(each.came for each in bands), sum(each.served for each in bands)
    if came - served < LEFT:
        return NotYet(came - served, LEFT, "cases that people did not get to")
    if served < SERVED:
        return NotYet(served, SERVED, "decisions by people")
    gain = variance = 0.0
    for band in _wide_enough(bands):
        weight = band.served / served - band.came / came
        share = (band.overturned + 1) / (band.served + 2)
        gain += weight * band.overturned / band.served
        variance += weight**2 * share * (1 - share) / band.served
    reach = _Z * sqrt(variance)
    overturned = Share.of(sum(each.overturned for each in bands), served)
    return ServedFirst(
        came=came,
        left=came - served,
        overturned=overturned,
        as_they_came=overturned.estimate - gain,
        gain=Interval(gain - reach, gain, gain + reach),
    )


def _wide_enough(bands: Sequence[Band]) -> list[Band]:
    found: list[Band] = []
    rest = Band(0, 0, 0)
    for band in reversed(bands):
        rest = _together(band, rest)
        if rest.served >= _FEWEST:
            found.append(rest)
            rest = Band(0, 0, 0)
    # Of the least certain few there is nothing less certain to put them to.
    found[-1] = _together(found[-1], rest)
    return found


def _together(one: Band, other: Band) -> Band:
    return Band(
        came=one.came + other.came,
        served=one.served + other.served,
        overturned=one.overturned + other.overturned,
    )
