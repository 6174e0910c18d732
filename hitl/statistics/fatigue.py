"""Signs that a person may be tired, against that person's own last four weeks.

They are for that person's eyes only, and say what was seen: never a diagnosis, never a ranking.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from math import exp, log, sqrt
from statistics import fmean, median, variance
from zoneinfo import ZoneInfo

from hitl.statistics.answers import NotYet
from hitl.statistics.findings.facts import HASTY_SECONDS
from hitl.statistics.minimums import OWN_DECISIONS

_OWN_DAYS = 28
_SURPRISE = 3.0
"""Standard errors: on one day in some hundreds by chance."""
_SLOWER_BY = 1.3
_LOAD, _LOAD_AT_LEAST = 2.0, 40
_STREAK = 10
_ODD_SHARE, _RARE_HOUR = 0.3, 0.02
_SHORTEST = 0.1
_HASTY_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class OwnDecision:
    """One decision of the person; ``seconds`` is None where nobody could time it."""

    at: datetime
    seconds: float | None


class Sign(StrEnum):
    """What can be seen of a tired person."""

    SLOWER = "slower"
    HASTY = "hasty"
    LOADED = "loaded"
    STREAK = "streak"
    ODD_HOURS = "odd_hours"


@dataclass(frozen=True, slots=True)
class Signs:
    """What was seen on the day, each in a sentence to the person; none is a good sign."""

    day: date
    decisions: int
    seen: Mapping[Sign, str]


def signs_of_fatigue(decisions: Sequence[OwnDecision], *, day: date, zone: str) -> Signs | NotYet:
    """Of a day of the person's, in their zone, against the 28 days before it.

    Speed is compared by Welch's test on the logarithm of seconds (B. L. Welch, Biometrika 34
    (1947), 28-35), so that one walk-away weighs little. Twenty decisions on each side.
    """
    own = [(each.at.astimezone(ZoneInfo(zone)), each.seconds) for each in decisions]
    today = [each for each in own if each[0].date() == day]
    start = day - timedelta(days=_OWN_DAYS)
    before = [each for each in own if start <= each[0].date() < day]
    for part in (today, before):
        if len(part) < OWN_DECISIONS:
            return NotYet(len(part), OWN_DECISIONS, "decisions of your own")
    found = {
        Sign.SLOWER: _slower(_times(today), _times(before)),
        Sign.HASTY: _hasty(_times(today), _times(before)),
        Sign.LOADED: _loaded(len(today), before),
        Sign.STREAK: _streak(day, {at.date() for at, _ in own}),
        Sign.ODD_HOURS: _odd_hours(today, before),
    }
    seen = {sign: words for sign, words in found.items() if words}
    return Signs(day=day, decisions=len(today), seen=seen)


Timed = tuple[datetime, float | None]


def _times(part: Sequence[Timed]) -> list[float]:
    return [max(seconds, _SHORTEST) for _, seconds in part if seconds is not None]


def _slower(today: list[float], before: list[float]) -> str | None:
    if min(len(today), len(before)) < OWN_DECISIONS:
        return None
    now, then = [log(each) for each in today], [log(each) for each in before]
    apart = fmean(now) - fmean(then)
    error = sqrt(variance(now) / len(now) + variance(then) / len(then))
    if apart < log(_SLOWER_BY) or apart < _SURPRISE * error:
        return None
    return (
        f"You took about {exp(fmean(now)):.0f} s a case; in your last four weeks it was"
        f" {exp(fmean(then)):.0f} s."
    )


def _hasty(today: list[float], before: list[float]) -> str | None:
    if min(len(today), len(before)) < OWN_DECISIONS:
        return None
    hasty = sum(each < HASTY_SECONDS for each in today)
    usual = sum(each < HASTY_SECONDS for each in before) / len(before)
    expected = len(today) * usual
    if hasty < len(today) * _HASTY_SHARE or hasty < expected + _SURPRISE * sqrt(expected + 1):
        return None
    return f"{hasty} of your {len(today)} decisions took under {HASTY_SECONDS} s."


def _loaded(today: int, before: Sequence[Timed]) -> str | None:
    usual = median(Counter(at.date() for at, _ in before).values())
    if today < max(_LOAD_AT_LEAST, _LOAD * usual):
        return None
    return f"You decided {today} cases; on most of your days it is about {usual:.0f}."


def _streak(day: date, worked: set[date]) -> str | None:
    days = 0
    while day - timedelta(days=days) in worked:
        days += 1
    return f"You decided cases on {days} days in a row." if days >= _STREAK else None


def _odd_hours(today: Sequence[Timed], before: Sequence[Timed]) -> str | None:
    usual = Counter(at.hour for at, _ in before)
    odd = sum(usual[at.hour] < _RARE_HOUR * len(before) for at, _ in today)
    if odd < _ODD_SHARE * len(today):
        return None
    return f"{odd} of your {len(today)} decisions came at hours at which you hardly ever decide."
