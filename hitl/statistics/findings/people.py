"""Rules about reviewing: too slow, at odds, without looking, and a job nobody wants."""

from statistics import median

from hitl.percent import percent
from hitl.statistics.findings.chance import so_many, so_slow
from hitl.statistics.findings.facts import Count, Facts
from hitl.statistics.findings.signal import Signal
from hitl.statistics.minimums import DOUBLE_REVIEWS, MEDIAN, TEAM_CHECKS

_SLOW, _SLOW_HEALTHY = 30.0, 15.0
_AT_ODDS, _AT_ODDS_HEALTHY = 0.20, 0.10
_MISSED, _MISSED_HEALTHY = 0.20, 0.10
_HASTY, _HASTY_HEALTHY = 0.30, 0.10
_SKIPPED, _SKIPPED_HEALTHY = 0.20, 0.10
_MOST_LEFT, _TIMES_THE_LOAD = 0.5, 1.5


def slow(facts: Facts) -> Signal | None:
    """The median review takes 30 seconds or more."""
    if len(facts.seconds) < MEDIAN:
        return None
    middle = median(facts.seconds)
    return Signal(
        p=so_slow(facts.seconds, healthy=_SLOW_HEALTHY),
        alarms=middle >= _SLOW,
        evidence=f"The median of {len(facts.seconds):,} timed reviews is {middle:.0f} s.",
    )


def at_odds(facts: Facts) -> Signal | None:
    """Two people who see the same case disagree in 20 %."""
    count = facts.double_reviews
    if count.total < DOUBLE_REVIEWS:
        return None
    return Signal(
        p=so_many(count, healthy=_AT_ODDS_HEALTHY),
        alarms=count.share >= _AT_ODDS,
        evidence=(
            f"Two reviewers disagreed on {percent(count.share)} of {count.total:,}"
            " double-checked cases."
        ),
    )


def rubber_stamping(facts: Facts) -> Signal | None:
    """Known answers are missed, or decisions come faster than anybody reads."""
    missed = _over(facts.known_missed, needed=TEAM_CHECKS, alarm=_MISSED, healthy=_MISSED_HEALTHY)
    hasty = _over(facts.hasty, needed=TEAM_CHECKS, alarm=_HASTY, healthy=_HASTY_HEALTHY)
    known = facts.known_missed
    return _either(
        missed and (missed, f"{percent(known.share)} of {known.total:,} known answers were missed"),
        hasty
        and (
            hasty,
            f"{percent(facts.hasty.share)} of {facts.hasty.total:,} reviews took under 1.5 s",
        ),
    )


def unwanted(facts: Facts) -> Signal | None:
    """People skip what they are served, or leave while the load of those who stay grows."""
    skipped = _over(facts.skipped, needed=DOUBLE_REVIEWS, alarm=_SKIPPED, healthy=_SKIPPED_HEALTHY)
    left = _leaving(facts)
    count = facts.skipped
    return _either(
        skipped
        and (skipped, f"{percent(count.share)} of {count.total:,} cases served were skipped"),
        left
        and (
            left,
            (
                f"{facts.reviewers:,} people decide, before {facts.reviewers_before:,}; the median"
                f" load is {median(facts.loads or [0]):.0f} a day for each, before"
                f" {median(facts.loads_before or [0]):.0f}"
            ),
        ),
    )


def _leaving(facts: Facts) -> tuple[float, bool] | None:
    if min(len(facts.loads), len(facts.loads_before)) < MEDIAN:
        return None
    before = median(facts.loads_before)
    p = so_slow([float(each) for each in facts.loads], healthy=before)
    fewer = facts.reviewers <= facts.reviewers_before * _MOST_LEFT
    return p, fewer and median(facts.loads) >= before * _TIMES_THE_LOAD


def _over(count: Count, *, needed: int, alarm: float, healthy: float) -> tuple[float, bool] | None:
    if count.total < needed:
        return None
    return so_many(count, healthy=healthy), count.share >= alarm


def _either(*parts: tuple[tuple[float, bool], str] | None) -> Signal | None:
    """The signal of what alarms, or else of everything seen; each look costs its share of p."""
    seen = [part for part in parts if part]
    if not seen:
        return None
    told = [part for part in seen if part[0][1]] or seen
    return Signal(
        p=min(1.0, len(seen) * min(p for (p, _), _ in told)),
        alarms=any(alarms for (_, alarms), _ in seen),
        evidence="; ".join(words for _, words in told) + ".",
    )
