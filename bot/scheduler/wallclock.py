"""Weekly moments by a wall clock, through every change of summer time; pure."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from hitl.policy import Digest

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_WEEK = timedelta(weeks=1)
_MINUTE = timedelta(minutes=1)


def latest_fire(digest: Digest, now: datetime) -> datetime:
    """The last moment, in UTC and not after ``now``, at which the digest was due.

    A time that summer time skips falls to the first minute that exists; one that comes twice
    counts the first time.
    """
    zone = ZoneInfo(digest.zone)
    today = now.astimezone(zone).date()
    day = today - timedelta(days=(today.weekday() - _DAYS.index(digest.day)) % 7)
    moments = (_moment(digest, day - weeks * _WEEK, zone) for weeks in range(3))
    return next(moment for moment in moments if moment <= now)


def latest_monthly_fire(digest: Digest, now: datetime) -> datetime:
    """The same for the first day of each month, whatever day of the week that is."""
    zone = ZoneInfo(digest.zone)
    first = now.astimezone(zone).date().replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    moments = (_moment(digest, day, zone) for day in (first, before))
    return next(moment for moment in moments if moment <= now)


def _moment(digest: Digest, day: date, zone: ZoneInfo) -> datetime:
    wanted = datetime.combine(day, time.fromisoformat(digest.at))
    while _is_skipped(wanted, zone):
        wanted += _MINUTE
    return wanted.replace(tzinfo=zone).astimezone(UTC)


def _is_skipped(wanted: datetime, zone: ZoneInfo) -> bool:
    there_and_back = wanted.replace(tzinfo=zone).astimezone(UTC).astimezone(zone)
    return there_and_back.replace(tzinfo=None, fold=0) != wanted
