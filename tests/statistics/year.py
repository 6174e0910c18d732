"""A year of a healthy use case, week by week, into which trouble can be planted."""

import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from hitl.statistics.calibration import Recalibration
from hitl.statistics.findings.facts import HASTY_SECONDS, Checked, Count, Decision, Facts
from hitl.statistics.findings.search import find
from hitl.statistics.trend import Week

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
CALIBRATED = Recalibration(0.1, 1.0)
_WINDOW, _BASELINE = 4, 8


@dataclass(frozen=True, slots=True)
class Habits:
    """What a week is like."""

    escalated: float = 0.12
    seconds: float = 7.0
    disagreed: float = 0.07
    overturned: float = 0.25
    wrong: float = 0.012
    known_missed: float = 0.04
    hasty: float = 0.02
    skipped: float = 0.04
    reviewers: int = 6
    load: int = 40
    worth: Recalibration = CALIBRATED
    odd_label: float = 0.12
    """Escalated of the label "other", a fifth of all predictions."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One week's figures."""

    escalations: Week
    seconds: list[float]
    doubles: Count
    decisions: list[Decision]
    wrong: Count
    checked: Checked
    known: Count
    hasty: Count
    skipped: Count
    loads: list[int]
    reviewers: int
    parts: dict[str, Count] = field(default_factory=dict)


def seen_week(chance: random.Random, place: int, habits: Habits) -> Seen:
    """Draw a week: traffic varies, people vary."""
    predictions = chance.randint(1_500, 2_500)
    rate = habits.escalated * chance.lognormvariate(0, 0.1)
    other = _count(chance, predictions // 5, habits.odd_label)
    rest = _count(chance, predictions - predictions // 5, rate)
    escalated = other.hits + rest.hits
    start = MONDAY + timedelta(weeks=place)
    decisions = [
        Decision(
            start + timedelta(days=7) * (number / escalated), chance.random() < habits.overturned
        )
        for number in range(escalated)
    ]
    seconds = [
        chance.uniform(0.4, 1.4)
        if chance.random() < habits.hasty
        else max(chance.lognormvariate(0, 0.6) * habits.seconds, HASTY_SECONDS)
        for _ in range(escalated)
    ]
    sure = [chance.betavariate(12, 1) for _ in range(40)]
    return Seen(
        escalations=Week(escalated, predictions),
        seconds=seconds,
        doubles=_count(chance, escalated // 5, habits.disagreed),
        decisions=decisions,
        wrong=_count(chance, 90, habits.wrong),
        checked=Checked(sure, [chance.random() < habits.worth(each) for each in sure]),
        known=_count(chance, 12, habits.known_missed),
        hasty=Count(sum(each < HASTY_SECONDS for each in seconds), len(seconds)),
        skipped=_count(chance, escalated, habits.skipped),
        loads=[
            max(1, round(chance.gauss(habits.load, habits.load / 5)))
            for _ in range(5 * habits.reviewers)
        ],
        reviewers=habits.reviewers,
        parts={"label other": other, "label billing": rest},
    )


def year(
    chance: random.Random, plant: Callable[[int, Habits], Habits] | None = None
) -> list[Facts]:
    """What the rules look at, at the end of each week from the first that has a baseline on."""
    weeks = []
    for place in range(52):
        habits = Habits() if plant is None else plant(place, Habits())
        weeks.append(seen_week(chance, place, habits))
    first = _BASELINE + _WINDOW
    return [facts_of(weeks[:end]) for end in range(first, len(weeks) + 1)]


def quiet_week(chance: random.Random) -> Facts:
    """What the rules look at in one week of a healthy use case, and what came just before."""
    return facts_of([seen_week(chance, place, Habits()) for place in range(_BASELINE + _WINDOW)])


def facts_of(weeks: list[Seen]) -> Facts:
    """The last four weeks against the eight before them."""
    now, before = weeks[-_WINDOW:], weeks[-_WINDOW - _BASELINE : -_WINDOW]
    decisions = [each for week in now for each in week.decisions]
    earlier = [each for week in before for each in week.decisions]
    facts = Facts(
        use_case="tickets",
        weeks=[week.escalations for week in weeks],
        seconds=[each for week in now for each in week.seconds],
        double_reviews=_sum(week.doubles for week in now),
        overturned=_overturned(decisions),
        decisions=decisions,
        overturned_before=_overturned(earlier),
        wrong=_sum(week.wrong for week in now),
        wrong_before=_sum(week.wrong for week in before),
        checked=_together([week.checked for week in now]),
        checked_before=_together([week.checked for week in before]),
        known_missed=_sum(week.known for week in now),
        hasty=_sum(week.hasty for week in now),
        skipped=_sum(week.skipped for week in now),
        parts={
            name: _sum(week.parts[name] for week in now)
            for name in ("label other", "label billing")
        },
    )
    return replace(
        facts,
        reviewers=now[-1].reviewers,
        reviewers_before=before[-1].reviewers,
        loads=[each for week in now for each in week.loads],
        loads_before=[each for week in before for each in week.loads],
    )


def _count(chance: random.Random, total: int, share: float) -> Count:
    return Count(sum(chance.random() < share for _ in range(total)), total)


def _sum(counts: Iterable[Count]) -> Count:
    every = list(counts)
    return Count(sum(each.hits for each in every), sum(each.total for each in every))


def _overturned(decisions: list[Decision]) -> Count:
    return Count(sum(each.overturned for each in decisions), len(decisions))


def _together(parts: list[Checked]) -> Checked:
    return Checked(
        [each for part in parts for each in part.confidences],
        [each for part in parts for each in part.right],
    )


PLANTED = 30
FIRST = 12
"""The first week that has a baseline."""
SLACK = 4
"""Weeks in which a trouble must be found."""


def from_planted(**changed: object) -> Callable[[int, Habits], Habits]:
    """Change habits from the planted week on."""

    def plant(place: int, habits: Habits) -> Habits:
        return replace(habits, **changed) if place >= PLANTED else habits  # type: ignore[arg-type]

    return plant


TROUBLES = {
    "a broken model version": (
        from_planted(wrong=0.08, worth=Recalibration(-1.5, 1.0), overturned=0.5),
        {"automatic decisions get worse", "confidence is out of tune", "a sudden change"},
    ),
    "a guideline change": (
        from_planted(disagreed=0.3, overturned=0.5),
        {"reviewers disagree", "a sudden change"},
    ),
    "a wrong batch of training data": (from_planted(overturned=0.75), {"the AI is overturned"}),
    "a new interface that hides the context": (from_planted(seconds=40.0), {"reviews are slow"}),
    "quotas by number": (from_planted(hasty=0.45, known_missed=0.3), {"rubber-stamping"}),
    "cases that nobody likes": (from_planted(skipped=0.35), {"a job nobody wants"}),
    "people who leave": (from_planted(reviewers=3, load=90), {"a job nobody wants"}),
    "a new kind of ticket": (from_planted(odd_label=0.9), {"one part causes most escalations"}),
}
SIDE_EFFECTS = {"a sudden change", "the AI is overturned"}


def first_found(
    chance: random.Random, plant: Callable[[int, Habits], Habits] | None = None
) -> dict[str, int]:
    """After how many weeks of the year each rule first found something."""
    found: dict[str, int] = {}
    for end, facts in enumerate(year(chance, plant), start=FIRST):
        for finding in find([facts]):
            found.setdefault(finding.rule, end)
    return found
