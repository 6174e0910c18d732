"""Rules about what is escalated: a rate that won't drop, and a part that causes most of it."""

from collections.abc import Iterable, Sequence

from hitl.percent import percent
from hitl.statistics.findings.chance import so_many, so_much_more
from hitl.statistics.findings.facts import Count, Facts
from hitl.statistics.findings.signal import Signal
from hitl.statistics.minimums import ESCALATION
from hitl.statistics.trend import Direction, Trend, Week, trend

_HALF_A_YEAR, _LATELY = 26, 4
_STUCK, _STUCK_HEALTHY = 0.40, 0.30
_MOST, _TIMES_THE_REST = 0.5, 2.0


def stuck(facts: Facts) -> Signal | None:
    """After six months 40 % still goes to people, and the trend is not down."""
    recent = facts.weeks[-_HALF_A_YEAR:]
    lately = _sum(recent[-_LATELY:])
    if len(recent) < _HALF_A_YEAR or lately.total < ESCALATION:
        return None
    tended = trend(recent)
    falling = isinstance(tended, Trend) and tended.direction is Direction.FALLING
    half_a_year_ago = _sum(recent[:_LATELY])
    return Signal(
        p=so_many(lately, healthy=_STUCK_HEALTHY),
        alarms=lately.share >= _STUCK and not falling,
        evidence=(
            f"{percent(lately.share)} of {lately.total:,} predictions went to people in the last"
            f" four weeks, six months ago {percent(half_a_year_ago.share)}."
        ),
    )


def one_part(facts: Facts) -> Signal | None:
    """One label or part makes up at least half of what is escalated, twice as often as the rest."""
    whole = _total(facts.parts.values())
    looked_at = {name: part for name, part in facts.parts.items() if part.total >= ESCALATION}
    if len(facts.parts) < 2 or not looked_at or whole.hits < ESCALATION:  # noqa: PLR2004 - a pair
        return None
    name, part = max(looked_at.items(), key=lambda each: each[1].hits)
    rest = Count(whole.hits - part.hits, whole.total - part.total)
    if not rest.total:
        return None
    return Signal(
        p=min(1.0, len(looked_at) * so_much_more(part, rest)),
        alarms=part.hits >= whole.hits * _MOST and part.share >= rest.share * _TIMES_THE_REST,
        evidence=(
            f"{percent(part.hits / whole.hits)} of what is escalated is {name}:"
            f" {percent(part.share)} of its {part.total:,} predictions, of all others"
            f" {percent(rest.share)}."
        ),
    )


def _sum(weeks: Sequence[Week]) -> Count:
    return _total(Count(week.hits, week.total) for week in weeks)


def _total(counts: Iterable[Count]) -> Count:
    every = list(counts)
    return Count(sum(each.hits for each in every), sum(each.total for each in every))
