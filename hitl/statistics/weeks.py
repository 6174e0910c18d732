"""Days and weeks as people in a time zone live them: some have 23 or 25 hours."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_DAY, _WEEK = timedelta(days=1), timedelta(days=7)


def week_of(moment: datetime, *, zone: str) -> date:
    """The Monday of the week that an aware moment falls into there."""
    day = moment.astimezone(ZoneInfo(zone)).date()
    return day - timedelta(days=day.weekday())


def day_of(moment: datetime, *, zone: str) -> date:
    """The day that an aware moment falls into there."""
    return moment.astimezone(ZoneInfo(zone)).date()


def starts_at(day: date, *, zone: str) -> datetime:
    """Midnight of the day there, as UTC; where clocks skip it, the moment they skip to."""
    utc = ZoneInfo("UTC")
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)).astimezone(utc)


def days_between(
    since: datetime, until: datetime, *, zone: str
) -> Iterator[tuple[date, datetime, datetime]]:
    """Each day there, in order: the day, and what of ``since <= t < until`` is of it, in UTC."""
    day, begins = day_of(since, zone=zone), since
    while begins < until:
        day, today = day + _DAY, day
        ends = min(starts_at(day, zone=zone), until)
        # A day that a zone once left out has nothing in it.
        if begins < ends:
            yield today, begins, ends
        begins = ends


def weeks_between(
    since: datetime, until: datetime, *, zone: str
) -> Iterator[tuple[date, datetime, datetime]]:
    """Each whole week in ``since <= t < until``: its Monday, its start and its end in UTC.

    None is left out for having nothing in it; weeks cut short at either end are.
    """
    monday = week_of(since, zone=zone)
    if starts_at(monday, zone=zone) < since:
        monday += _WEEK
    while (end := starts_at(monday + _WEEK, zone=zone)) <= until:
        yield monday, starts_at(monday, zone=zone), end
        monday += _WEEK
