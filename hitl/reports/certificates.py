"""Which thresholds the stored blind checks guarantee, tested at the end of each week.

A test looks at what came until the last Monday in the use case's zone, and its number is that of
the Monday since the model version began: whoever asks again within a week gets the same answer,
and nobody can look more often than the guarantee allows for.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hitl.policy import UseCase
from hitl.reports.costs import mean_seconds
from hitl.reports.prices import terms_of
from hitl.reports.traffic import (
    Window,
    checked,
    confidences,
    first_prediction,
    newest_model,
    thresholds_of,
    traffic,
)
from hitl.statistics.certify import Certificate, NotCertified, Sample, certify
from hitl.statistics.replay import Check, Replayed, replay
from hitl.statistics.shift import Shift, shift
from hitl.statistics.weeks import starts_at, week_of

EVERY_LABEL = "every label"
"""The one side of a labelling use case."""
_SAVED_OVER = timedelta(days=28)
_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be guaranteed."""

    max_error: float
    confidence: float = 0.95
    once: bool = False
    """Take this for the only look there will ever be, at everything up to now."""


@dataclass(frozen=True, slots=True)
class ThresholdTest:
    """A test and what would come of it."""

    use_case: str
    model: str | None
    target: Target
    week: int | None
    """Which weekly test it is; 0 before the first, None for the only look."""
    until: datetime
    """What came before was looked at."""
    next_at: datetime | None
    """When the next weekly test is due."""
    sides: Mapping[str, Certificate | NotCertified]
    now: Replayed | None
    """The last four weeks as the policy is."""
    then: Replayed | None
    """The same with what was certified; sides that were not stay as they are."""
    shifts: Mapping[str, Shift]
    """Sides whose confidences of the last week are unlike the sample's."""


def certificates(
    connection: Connection,
    *,
    use_case: UseCase,
    target: Target,
    now: datetime,
    model: str | None = None,
) -> ThresholdTest:
    """Run this week's test for a model version, the newest unless said."""
    chosen = model or newest_model(connection, use_case.name)
    began = first_prediction(connection, use_case.name, chosen)
    zone = use_case.digest.zone if use_case.digest else "UTC"
    week, until, next_at = (None, now, None) if target.once else _when(began, now, zone=zone)
    found: Mapping[str, Certificate | NotCertified] = {}
    sides: Mapping[str, Sample] = {}
    if began is not None:
        window = Window(use_case.name, chosen, began, max(until, began))
        sides = _sides(checked(connection, window, use_case=use_case), use_case=use_case)
        found = certify(
            sides,
            max_error=target.max_error,
            confidence=target.confidence,
            # Before the first Monday nothing was looked at yet, and its test is the first.
            week=None if week is None else max(week, 1),
        )
    before, after = _saved(connection, use_case, chosen, found, now=now)
    return ThresholdTest(
        use_case=use_case.name,
        model=chosen,
        target=target,
        week=week,
        until=until,
        next_at=next_at,
        sides=found,
        now=before,
        then=after,
        shifts=_shifts(connection, use_case.name, chosen, sides, now=now),
    )


def _when(
    began: datetime | None, now: datetime, *, zone: str
) -> tuple[int | None, datetime, datetime | None]:
    """Which weekly test is the latest, what it sees up to, and when the next is due."""
    if began is None:
        return 0, now, None
    monday = week_of(now, zone=zone)
    week = (monday - week_of(began, zone=zone)) // _WEEK
    return week, starts_at(monday, zone=zone), starts_at(monday + _WEEK, zone=zone)


def _sides(sample: tuple[Check, ...], *, use_case: UseCase) -> Mapping[str, Sample]:
    """Each of two labels tied to verdicts has a threshold of its own; other labels share one."""
    if not use_case.is_verdict:
        return {EVERY_LABEL: _sample(sample)}
    return {
        label: _sample(tuple(each for each in sample if each.label == label))
        for label in use_case.labels
    }


def _shifts(
    connection: Connection,
    use_case: str,
    model: str | None,
    sides: Mapping[str, Sample],
    *,
    now: datetime,
) -> Mapping[str, Shift]:
    window = Window(use_case, model, now - _WEEK, now)
    lately = confidences(connection, window)
    found = {}
    for side, sample in sides.items():
        named = lately if side == EVERY_LABEL else (side,)
        seen = shift(sample.confidences, [x for label in named for x in lately.get(label, ())])
        if seen is not None and seen.is_another:
            found[side] = seen
    return found


def _sample(checks: tuple[Check, ...]) -> Sample:
    return Sample([each.confidence for each in checks], [each.right for each in checks])


def _saved(
    connection: Connection,
    use_case: UseCase,
    model: str | None,
    sides: Mapping[str, Certificate | NotCertified],
    *,
    now: datetime,
) -> tuple[Replayed | None, Replayed | None]:
    window = Window(use_case.name, model, now - _SAVED_OVER, now)
    seconds = mean_seconds(connection, use_case=use_case.name, since=window.since, until=now)
    terms = terms_of(use_case, seconds=seconds)
    present = thresholds_of(use_case)
    certified = dict(present)
    for side, found in sides.items():
        if isinstance(found, Certificate):
            named = use_case.labels if side == EVERY_LABEL else (side,)
            certified |= dict.fromkeys(named, found.threshold)
    seen = traffic(connection, window, use_case=use_case)
    before = replay(seen, present, terms)
    after = replay(seen, certified, terms) if certified != present else None
    return (
        before if isinstance(before, Replayed) else None,
        after if isinstance(after, Replayed) else None,
    )
