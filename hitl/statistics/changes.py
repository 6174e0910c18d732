"""Since when something happens twice as often: a running sum that every event pushes up."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import floor, log
from typing import TYPE_CHECKING

from hitl.statistics.intervals import wilson

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Masses = NDArray[np.float64]

_LIMIT, _LIMIT_OF_COMMON = 7.0, 8.0
_COMMON = 0.10
_LONG_BASELINE = 3_000
_FEWEST_POINTS, _MOST_POINTS = 200, 2_000


@dataclass(frozen=True, slots=True)
class Watch:
    """Rates before and after the change looked for, and the sum that gives the alarm."""

    before: float
    after: float
    limit: float


@dataclass(frozen=True, slots=True)
class Change:
    """Places in the sequence, from 0; between them, both included, ``events`` in ``cases``."""

    since: int
    """Where the sum left zero for the last time: about when it began."""
    noticed: int
    events: int
    cases: int
    peak: float
    """The highest that the sum came to, up to the end: how sure one is by then."""


def watch(hits: int, total: int) -> Watch:
    """Look for a doubling of a baseline of ``hits`` in ``total`` ≥ 1.

    A baseline under 3,000 cases is taken at its upper Wilson bound, so that having been lucky
    before is no alarm later. What can't double (above 1/2) is looked for half-way to certainty.
    """
    bound = wilson(hits, total)
    before = bound.high if total < _LONG_BASELINE or not hits else bound.estimate
    before = min(before, 0.99)
    return Watch(
        before=before,
        after=min(2 * before, (1 + before) / 2),
        limit=_LIMIT_OF_COMMON if before >= _COMMON else _LIMIT,
    )


def first_change(happened: Iterable[bool], look_for: Watch) -> Change | None:
    """The first alarm of a Bernoulli CUSUM over the cases after the baseline, in their order.

    The sum of log likelihood ratios, never under zero: E. S. Page, "Continuous inspection
    schemes", Biometrika 41 (1954), 100-115; M. R. Reynolds and Z. G. Stoumbos, "A CUSUM chart for
    monitoring a proportion when inspecting continuously", J. Quality Technology 31 (1999), 87-108.
    """
    up = log(look_for.after / look_for.before)
    down = log((1 - look_for.after) / (1 - look_for.before))
    total, since, events, found = 0.0, 0, 0, None
    for place, event in enumerate(happened):
        if total <= 0:
            total, since, events = 0.0, place, 0
        total += up if event else down
        events += event
        if total >= look_for.limit and found is None:
            found = Change(since, noticed=place, events=events, cases=place - since + 1, peak=total)
        elif found is not None and total > found.peak:
            found = replace(found, peak=total)
    return found


def false_alarm_chance(look_for: Watch, *, cases: int) -> float:
    """The chance of an alarm at its limit within so many cases while nothing has changed.

    The sum as a Markov chain on a grid: D. Brook and D. A. Evans, "An approach to the probability
    distribution of CUSUM run length", Biometrika 59 (1972), 539-549. A jump that ends between two
    points of the grid is shared between them, so that its mean stays what it is.
    """
    import numpy as np  # noqa: PLC0415 - heavy, and few reports need it

    up = log(look_for.after / look_for.before)
    down = log((1 - look_for.before) / (1 - look_for.after))
    points = int(min(max(2 * look_for.limit / down, _FEWEST_POINTS), _MOST_POINTS))
    step = look_for.limit / points
    now = np.zeros(points)
    now[0] = 1.0
    for _ in range(cases):
        rises, falls = look_for.before * now, (1 - look_for.before) * now
        now = _moved(rises, up / step) + _moved(falls, -down / step)
    return max(0.0, float(1 - now.sum()))


def _moved(mass: "Masses", points: float) -> "Masses":
    """Shift by a number of points, not under the first; what goes past the last is gone."""
    import numpy as np  # noqa: PLC0415 - heavy, and few reports need it

    whole, part = floor(points), points - floor(points)
    moved = np.zeros_like(mass)
    for by, share in ((whole, 1 - part), (whole + 1, part)):
        if by >= 0:
            moved[by:] += share * mass[: max(len(mass) - by, 0)]
        else:
            moved[:by] += share * mass[-by:]
            moved[0] += share * mass[:-by].sum()
    return moved
