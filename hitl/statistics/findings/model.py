"""Rules about the AI: overturned, less right than before, suddenly different, out of tune."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from math import exp
from zoneinfo import ZoneInfo

from hitl.percent import percent
from hitl.statistics.calibration import fitted, log_likelihood
from hitl.statistics.changes import false_alarm_chance, first_change, watch
from hitl.statistics.findings.chance import so_many, so_much_more
from hitl.statistics.findings.facts import Checked, Count, Facts
from hitl.statistics.findings.signal import Signal
from hitl.statistics.minimums import CALIBRATION, OVERTURNS, TEAM_CHECKS

_OVERTURNED, _OVERTURNED_HEALTHY = 0.60, 0.50
_WORSE_BY, _WORSE_POINTS = 2.0, 0.01
_DRIFT = 0.05
_SURE = 0.001
"""Any worsening is an alarm once it is this surprising: asked every week of the year, one in a
hundred would be a false alarm every other year."""
_FAINT_PULL = 0.01
_BASELINE = 100


def overturned(facts: Facts) -> Signal | None:
    """People choose another label than the AI's in 60 % of what is escalated."""
    count = facts.overturned
    if count.total < OVERTURNS:
        return None
    evidence = (
        f"People overturned the AI in {percent(count.share)} of {count.total:,} escalated cases"
    )
    if facts.upheld.total:
        upheld = percent(facts.upheld.share)
        evidence += f"; of {facts.upheld.total:,} that were adjudicated {upheld} were upheld"
    else:
        evidence += "; none of these was adjudicated, so nobody knows who is right"
    return Signal(
        p=so_many(count, healthy=_OVERTURNED_HEALTHY),
        alarms=count.share >= _OVERTURNED,
        evidence=evidence + ".",
    )


def less_right(facts: Facts) -> Signal | None:
    """Blind checks find more automatic decisions wrong than before."""
    now, before = facts.wrong, facts.wrong_before
    if min(now.total, before.total) < TEAM_CHECKS:
        return None
    model = f" of {facts.model}" if facts.model else ""
    p = so_much_more(now, before)
    much = now.share >= max(before.share * _WORSE_BY, before.share + _WORSE_POINTS)
    return Signal(
        p=p,
        alarms=much and p <= _SURE,
        evidence=(
            f"Automatic decisions{model} were wrong in {percent(now.share, decimals=1)} of"
            f" {now.total:,} blind checks, before in {percent(before.share, decimals=1)} of"
            f" {before.total:,}."
        ),
    )


def suddenly_overturned(facts: Facts) -> Signal | None:
    """Overturns happen twice as often, since a moment that can be named."""
    before = facts.overturned_before
    if before.total < _BASELINE or not facts.decisions:
        return None
    look_for = watch(before.hits, before.total)
    found = first_change([each.overturned for each in facts.decisions], look_for)
    if found is None:
        return Signal(p=1.0, alarms=False, evidence="")
    since = Count(found.events, found.cases)
    return Signal(
        p=false_alarm_chance(replace(look_for, limit=found.peak), cases=len(facts.decisions)),
        alarms=True,
        evidence=(
            f"Overturns went up on {_moment(facts.decisions[found.since].at, facts)}:"
            f" {percent(since.share)} of the {since.total:,} cases decided from then to"
            f" {_moment(facts.decisions[found.noticed].at, facts)}, before"
            f" {percent(before.share)} of {before.total:,}."
        ),
    )


def out_of_tune(facts: Facts) -> Signal | None:
    """A confidence is worth less than it was.

    A likelihood-ratio test of one Platt curve for both times against one for each: S. S. Wilks,
    Annals of Mathematical Statistics 9 (1938), 60-62, with two degrees of freedom.
    """
    now, before = facts.checked, facts.checked_before
    if min(len(now.right), len(before.right)) < CALIBRATION:
        return None
    both = Checked((*before.confidences, *now.confidences), (*before.right, *now.right))
    curves = [fitted(each.confidences, each.right, pull=_FAINT_PULL) for each in (before, now)]
    apart = sum(
        log_likelihood(curve, each.confidences, each.right)
        for curve, each in zip(curves, (before, now), strict=True)
    )
    together = log_likelihood(
        fitted(both.confidences, both.right, pull=_FAINT_PULL), both.confidences, both.right
    )
    middle = _mean(now.confidences)
    worth_before, worth_now = (curve(middle) for curve in curves)
    p = exp(min(together - apart, 0.0))
    return Signal(
        p=p,
        alarms=worth_before - worth_now >= _DRIFT and p <= _SURE,
        evidence=(
            f"A confidence of {percent(middle)} was right in {percent(worth_before)} of cases"
            f" before and is in {percent(worth_now)} now"
            f" ({len(before.right):,} and {len(now.right):,} blind checks)."
        ),
    )


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def _moment(at: datetime, facts: Facts) -> str:
    return f"{at.astimezone(ZoneInfo(facts.zone)):%A %-d %B %H:%M}"
