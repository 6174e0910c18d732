"""Signs of fatigue: against one's own weeks, on the day they are there, in words without blame."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest

from hitl.statistics.answers import NotYet
from hitl.statistics.fatigue import OwnDecision, Signs, signs_of_fatigue

DAY = date(2026, 6, 12)
ZONE = "Europe/Berlin"


def worked(
    chance: random.Random,
    day: date,
    *,
    count: int = 40,
    seconds: float = 7,
    hour: int = 8,
    quick: float = 0,
) -> list[OwnDecision]:
    """A day of decisions within four hours, in UTC."""
    start = datetime(day.year, day.month, day.day, hour, tzinfo=UTC)
    return [
        OwnDecision(
            start + timedelta(hours=4) * (number / count),
            0.8 if chance.random() < quick else seconds * chance.lognormvariate(0, 0.5),
        )
        for number in range(count)
    ]


def month(chance: random.Random, *, until: date = DAY) -> list[OwnDecision]:
    """Weekdays of the four weeks before."""
    days = [until - timedelta(days=back) for back in range(28, 0, -1)]
    return [each for day in days if day.weekday() < 5 for each in worked(chance, day)]


def seen(today: list[OwnDecision], before: list[OwnDecision], day: date = DAY) -> tuple[str, ...]:
    found = signs_of_fatigue([*before, *today], day=day, zone=ZONE)
    assert isinstance(found, Signs)
    return tuple(found.seen.values())


@pytest.mark.parametrize(
    ("today", "words"),
    [
        ({"seconds": 12}, "You took about"),
        ({"quick": 0.6}, "decisions took under 1.5 s"),
        ({"count": 110}, "You decided 110 cases; on most of your days it is about 40."),
        ({"hour": 17}, "of your 40 decisions came at hours at which you hardly ever decide"),
    ],
)
def test_each_sign_is_told_with_its_numbers(today: dict[str, float], words: str) -> None:
    chance = random.Random(1)
    found = seen(worked(chance, DAY, **today), month(chance))  # type: ignore[arg-type]
    assert len(found) == 1
    assert words in found[0]


def test_ten_days_in_a_row_are_told() -> None:
    chance = random.Random(2)
    row = [day for back in range(1, 12) for day in worked(chance, DAY - timedelta(days=back))]
    assert seen(worked(chance, DAY), row) == ("You decided cases on 12 days in a row.",)


def test_a_usual_day_shows_none() -> None:
    shown = 0
    for seed in range(100):
        chance = random.Random(seed)
        shown += bool(seen(worked(chance, DAY), month(chance)))
    assert shown <= 1


def test_one_walk_away_is_no_sign() -> None:
    chance = random.Random(3)
    today = [*worked(chance, DAY)[:-1], OwnDecision(datetime(2026, 6, 12, 12, tzinfo=UTC), 1_800)]
    assert seen(today, month(chance)) == ()


def test_a_reviewer_who_tires_in_the_twentieth_week_is_told_then_and_not_before() -> None:
    chance = random.Random(4)
    start = DAY - timedelta(weeks=30)
    every: list[OwnDecision] = []
    told = []
    for back in range(30 * 7):
        day = start + timedelta(days=back)
        if day.weekday() > 4:
            continue
        tired = back // 7 >= 20
        every += worked(chance, day, seconds=11 if tired else 7)
        found = signs_of_fatigue(every, day=day, zone=ZONE)
        if isinstance(found, Signs) and found.seen:
            told.append(back // 7)
    assert told
    assert min(told) == 20


def test_under_twenty_decisions_nothing_is_said() -> None:
    chance = random.Random(5)
    few = signs_of_fatigue(worked(chance, DAY, count=19), day=DAY, zone=ZONE)
    assert few == NotYet(19, 20, "decisions of your own")
    new = signs_of_fatigue(worked(chance, DAY), day=DAY, zone=ZONE)
    assert new == NotYet(0, 20, "decisions of your own")


def test_what_nobody_could_time_tells_nothing_of_speed() -> None:
    chance = random.Random(6)
    untimed = [OwnDecision(each.at, None) for each in worked(chance, DAY, seconds=60)]
    assert seen(untimed, month(chance)) == ()


def test_a_day_is_the_day_in_the_persons_zone() -> None:
    chance = random.Random(7)
    late = worked(chance, date(2026, 6, 11), hour=22)  # midnight in Berlin and after
    found = signs_of_fatigue([*month(chance), *late], day=DAY, zone=ZONE)
    assert isinstance(found, Signs)
    assert found.decisions == 40
