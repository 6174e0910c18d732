"""Weekly moments follow the wall clock of their zone, whatever summer time does to it."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.scheduler.wallclock import latest_fire
from hitl.policy import Digest

DAYS = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"]

digests = st.builds(
    Digest,
    day=st.sampled_from(DAYS),
    at=st.times().map(lambda at: f"{at:%H:%M}"),
    zone=st.sampled_from(sorted(available_timezones())),
)
moments = st.datetimes(datetime(1990, 1, 1), datetime(2037, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("digest", "now", "expected"),
    [
        pytest.param("mon 09:00 UTC", "2026-11-25 12:00", "2026-11-23 09:00", id="this week's"),
        pytest.param("mon 09:00 UTC", "2026-11-23 09:00", "2026-11-23 09:00", id="to the minute"),
        pytest.param("mon 09:00 UTC", "2026-11-23 08:59", "2026-11-16 09:00", id="not yet"),
        pytest.param(
            "mon 09:00 Europe/Berlin", "2026-07-08 12:00", "2026-07-06 07:00", id="summer"
        ),
        pytest.param(
            "mon 09:00 Europe/Berlin", "2026-11-25 12:00", "2026-11-23 08:00", id="winter"
        ),
        pytest.param("mon 00:30 Asia/Tokyo", "2026-11-22 16:00", "2026-11-22 15:30", id="ahead"),
        pytest.param(
            "sun 02:30 Europe/Berlin", "2026-03-29 00:59", "2026-03-22 01:30", id="before gap"
        ),
        pytest.param(
            "sun 02:30 Europe/Berlin", "2026-03-29 01:00", "2026-03-29 01:00", id="in a gap"
        ),
        pytest.param(
            "sun 02:30 Europe/Berlin", "2026-10-25 00:30", "2026-10-25 00:30", id="first of two"
        ),
        pytest.param(
            "sun 02:30 Europe/Berlin", "2026-10-25 01:45", "2026-10-25 00:30", id="not again"
        ),
        pytest.param(
            "sun 02:15 Australia/Lord_Howe",
            "2026-10-03 15:30",
            "2026-10-03 15:30",
            id="half an hour",
        ),
        pytest.param(
            "sun 00:00 America/Sao_Paulo", "2018-11-04 03:00", "2018-11-04 03:00", id="no midnight"
        ),
        pytest.param(
            "fri 09:00 Pacific/Apia", "2011-12-30 10:00", "2011-12-30 10:00", id="no such day"
        ),
    ],
)
def test_the_latest_moment(digest: str, now: str, expected: str) -> None:
    day, at, zone = digest.split()
    wanted = Digest.model_validate({"day": day, "at": at, "zone": zone})
    assert latest_fire(wanted, _utc(now)) == _utc(expected)


@given(digest=digests, now=moments)
def test_it_lies_within_the_last_week_or_so(digest: Digest, now: datetime) -> None:
    # A skipped time may come up to a day late.
    assert timedelta() <= now - latest_fire(digest, now) < timedelta(days=8, hours=2)


@given(digest=digests, now=moments, later=st.timedeltas(timedelta(), timedelta(days=30)))
def test_it_never_goes_back(digest: Digest, now: datetime, later: timedelta) -> None:
    assert latest_fire(digest, now) <= latest_fire(digest, now + later)


@given(digest=digests, now=moments)
def test_asked_at_its_moment_it_answers_that_moment(digest: Digest, now: datetime) -> None:
    fire_at = latest_fire(digest, now)
    assert latest_fire(digest, fire_at) == fire_at


@given(digest=digests, now=moments)
def test_people_read_the_time_they_asked_for(digest: Digest, now: datetime) -> None:
    local = latest_fire(digest, now).astimezone(ZoneInfo(digest.zone))
    read = (DAYS[local.weekday()], f"{local:%H:%M}")
    a_minute_before = (local.astimezone(UTC) - timedelta(minutes=1)).astimezone(local.tzinfo)
    skipped = local.utcoffset() != a_minute_before.utcoffset()
    assert read == (digest.day, digest.at) or skipped


def _utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)
