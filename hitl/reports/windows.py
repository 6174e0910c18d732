"""Windows of time as people write them: 24h, 7d, 4w."""

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hitl.errors import HitlError

WEEK = timedelta(days=7)
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": WEEK}
_FORM = re.compile(r"([1-9]\d{0,3})([hdw])")
_LONGEST = timedelta(days=366)


class WindowNotUnderstood(HitlError):
    """The words are no window, or one that is too long."""


def looks_like_window(text: str) -> bool:
    """Whether it has the form of a window."""
    return _FORM.fullmatch(text.lower()) is not None


def parse_window(text: str) -> timedelta:
    """The length of a window; raises ``WindowNotUnderstood``."""
    found = _FORM.fullmatch(text.lower())
    if found is None:
        raise WindowNotUnderstood(
            f'"{text}" is no window: write hours, days or weeks, as in 24h, 7d, 4w.'
        )
    window = int(found[1]) * _UNITS[found[2]]
    if window > _LONGEST:
        raise WindowNotUnderstood(
            f"{text} is longer than a year; the longest windows are 366d and 52w."
        )
    return window


def window_before(until: datetime, length: timedelta, *, zone: str) -> datetime:
    """Where a window of that length begins: whole days are days of the zone, of 23 to 25 hours."""
    if length % _UNITS["d"]:
        return until - length
    there = until.astimezone(ZoneInfo(zone))
    return (there.replace(tzinfo=None) - length).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
