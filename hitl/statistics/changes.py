"""Since when something happens twice as often: a running sum that every event pushes up."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log

from hitl.statistics.intervals import wilson

_LIMIT, _LIMIT_OF_COMMON = 7.0, 8.0
_COMMON = 0.10
_LONG_BASELINE = 3_000


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
    total, since, events = 0.0, 0, 0
    for place, event in enumerate(happened):
        if total <= 0:
            total, since, events = 0.0, place, 0
        total += up if event else down
        events += event
        if total >= look_for.limit:
            return Change(since=since, noticed=place, events=events, cases=place - since + 1)
    return None
