"""Weeks of a zone: those with a changed clock, those across a new year, those with nothing in."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest

from hitl.statistics.weeks import day_of, days_between, starts_at, week_of, weeks_between


@pytest.mark.parametrize(
    ("moment", "zone", "monday"),
    [
        (datetime(2026, 11, 29, 22, 59, tzinfo=UTC), "Europe/Berlin", date(2026, 11, 23)),
        (datetime(2026, 11, 29, 23, 0, tzinfo=UTC), "Europe/Berlin", date(2026, 11, 30)),
        (datetime(2026, 11, 30, 10, 0, tzinfo=UTC), "Pacific/Honolulu", date(2026, 11, 30)),
        (datetime(2026, 11, 30, 9, 59, tzinfo=UTC), "Pacific/Honolulu", date(2026, 11, 23)),
        (datetime(2027, 1, 1, 12, 0, tzinfo=UTC), "UTC", date(2026, 12, 28)),
    ],
)
def test_a_week_begins_on_monday_there(moment: datetime, zone: str, monday: date) -> None:
    assert week_of(moment, zone=zone) == monday


def test_a_day_is_the_day_there() -> None:
    late = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert day_of(late, zone="Europe/Berlin") == date(2026, 3, 29)
    assert day_of(late, zone="UTC") == date(2026, 3, 28)


def test_the_week_the_clocks_change_in_is_an_hour_shorter_or_longer() -> None:
    spring = datetime(2026, 3, 22, 23, tzinfo=UTC), datetime(2026, 3, 29, 22, tzinfo=UTC)
    autumn = datetime(2026, 10, 18, 22, tzinfo=UTC), datetime(2026, 10, 25, 23, tzinfo=UTC)
    for (since, until), hours in ((spring, 167), (autumn, 169)):
        [(_, start, end)] = weeks_between(since, until, zone="Europe/Berlin")
        assert (start, end) == (since, until)
        assert end - start == timedelta(hours=hours)


def test_weeks_leave_no_gap_and_cut_weeks_are_left_out() -> None:
    since = datetime(2025, 11, 5, 13, tzinfo=UTC)
    found = list(weeks_between(since, since + timedelta(days=366), zone="America/New_York"))
    assert len(found) == 51
    assert found[0][0] == date(2025, 11, 10)
    for (_, _, end), (monday, start, _) in pairwise(found):
        assert end == start
        assert monday.weekday() == 0


def test_days_leave_no_gap_and_the_cut_ones_at_either_end_are_there() -> None:
    since = datetime(2026, 3, 27, 13, tzinfo=UTC)
    until = datetime(2026, 3, 30, 1, tzinfo=UTC)
    found = list(days_between(since, until, zone="Europe/Berlin"))
    assert [day.day for day, _, _ in found] == [27, 28, 29, 30]
    assert [(end - start) / timedelta(hours=1) for _, start, end in found] == [10, 24, 23, 3]
    assert all(end == start for (_, _, end), (_, start, _) in pairwise(found))
    assert (found[0][1], found[-1][2]) == (since, until)
    assert list(days_between(until, until, zone="Europe/Berlin")) == []


def test_a_day_that_a_zone_left_out_is_left_out() -> None:
    since = datetime(2011, 12, 29, 12, tzinfo=UTC)
    found = days_between(since, since + timedelta(days=2), zone="Pacific/Apia")
    assert [day.day for day, _, _ in found] == [29, 31, 1]


def test_a_midnight_that_the_clocks_skip_is_the_moment_they_skip_to() -> None:
    assert starts_at(date(2026, 4, 24), zone="Africa/Cairo") == datetime(
        2026, 4, 23, 22, tzinfo=UTC
    )
