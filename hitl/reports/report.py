"""Everything that is known of a use case over a window, put together."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, func, select

from hitl.policy import UseCase
from hitl.reports.answers import (
    Automation,
    Deadlines,
    LabelFigures,
    People,
    Report,
    Stats,
    Version,
    WeekFigures,
)
from hitl.reports.asked import asked_in
from hitl.reports.checked import (
    automatic_in,
    doubled_in,
    known_missed,
    sampled_in,
    single_checks,
    team,
)
from hitl.reports.costs import cost_of, reviewed_in, standing_in
from hitl.reports.ledger import Ledger, Window
from hitl.reports.stats import stats_of
from hitl.reports.tallied import (
    Decided,
    Predicted,
    decided_in,
    overturned_by_label,
    predicted_by,
    predicted_in,
    share,
)
from hitl.reports.times import medians_looked, seconds_looked
from hitl.reports.turns import served_first_in
from hitl.statistics.answers import NotYet, Share, share_of
from hitl.statistics.calibration import calibration
from hitl.statistics.findings.facts import Count
from hitl.statistics.minimums import ESCALATION, OVERTURNS
from hitl.statistics.precision import precision
from hitl.statistics.speed import speed
from hitl.statistics.sunset import Sunset, sunset
from hitl.statistics.trend import Week, trend
from hitl.statistics.weeks import starts_at, week_of, weeks_between
from hitl.storage.queue_cards import ALL
from hitl.storage.tables import IS_OVERDUE, cases
from hitl.vocabulary import By

USUAL_WEEKS = 12
_MOST_LABELS = 20
_WEEK = timedelta(days=7)


def report(
    connection: Connection,
    *,
    use_case: UseCase,
    since: datetime,
    until: datetime,
    model: str | None = None,
    policy_version: str | None = None,
    weeks: int = USUAL_WEEKS,
) -> Report:
    """Of ``since <= t < until``, and of so many whole weeks before its end.

    Everything is read from one snapshot. Whole hours come from the rollups, so that a year of
    millions is read in well under a second.
    """
    ledger = Ledger.open(connection, use_case.name, model=model, policy_version=policy_version)
    window, zone = (since, until), zone_of(use_case)
    calendar, begun = last_weeks(until, count=weeks, zone=zone), week_so_far(until, zone=zone)
    counted = stats_of(ledger, window, use_case=use_case, counted=ALL)
    newest = newest_version(ledger, window)
    own = ledger.of(newest.model, newest.policy_version) if newest else ledger
    wrong = automatic_in(own, window)
    by_week = _weeks(ledger, [*calendar, *begun], use_case=use_case)
    return Report(
        stats=counted,
        zone=zone,
        model=model,
        policy_version=policy_version,
        versions=_versions(ledger, window),
        labels=_labels(ledger, window),
        people=_people(ledger, window),
        automation=_automation(
            own, window, calendar, version=newest, wrong=wrong, max_error=use_case.max_error
        ),
        served_first=served_first_in(ledger, window),
        deadlines=_deadlines(ledger, window),
        weeks=by_week[: len(calendar)],
        this_week=by_week[-1] if begun else None,
        sunset=_sunset(
            counted,
            decided=decided_in(ledger, [window])[0],
            wrong=wrong,
            max_error=use_case.max_error,
        ),
    )


def zone_of(use_case: UseCase) -> str:
    """Whose days and weeks are meant: where its digest is read."""
    return use_case.digest.zone if use_case.digest else "UTC"


@dataclass(frozen=True, slots=True)
class CalendarWeek:
    """From Monday to Monday, unless it is cut short; ``since <= t < until``."""

    monday: date
    since: datetime
    until: datetime


def last_weeks(until: datetime, *, count: int, zone: str) -> list[CalendarWeek]:
    """The last whole weeks that end by then, the oldest first."""
    found = weeks_between(until - (count + 2) * _WEEK, until, zone=zone)
    return [CalendarWeek(*each) for each in found][-count:] if count else []


def week_so_far(until: datetime, *, zone: str) -> list[CalendarWeek]:
    """The week that is not over then; none where it only begins."""
    monday = week_of(until, zone=zone)
    since = starts_at(monday, zone=zone)
    return [CalendarWeek(monday, since, until)] if since < until else []


def _versions(ledger: Ledger, window: Window) -> tuple[Version, ...]:
    found = predicted_by(ledger, window, "model", "policy_version")
    return tuple(
        Version(model, policy_version, seen.total, _escalation(seen))
        for (model, policy_version), seen in sorted(
            found.items(), key=lambda each: (-each[1].total, each[0])
        )
    )


def _labels(ledger: Ledger, window: Window) -> tuple[LabelFigures, ...]:
    predicted = predicted_by(ledger, window, "label")
    decided = overturned_by_label(ledger, window)
    shown = sorted(predicted.items(), key=lambda each: (-each[1].escalated, each[0]))
    return tuple(
        LabelFigures(
            label=label,
            predictions=seen.total,
            escalated=seen.escalated,
            escalation=_escalation(seen),
            overturned=_overturned(decided.get(label, Count())),
        )
        for (label,), seen in shown[:_MOST_LABELS]
    )


def _people(ledger: Ledger, window: Window) -> People:
    [decided], [sampled] = decided_in(ledger, [window]), sampled_in(ledger, [window])
    doubled = doubled_in(ledger, window)
    return People(
        accuracy=team(sampled, doubled, known_missed(ledger, window)),
        speed=speed(seconds_looked(ledger, window)),
        agreement=doubled.agreement,
        overturned=_overturned(Count(decided.predicted - decided.agreeing, decided.predicted)),
        upheld=share_of(
            sampled.upheld, sampled.contradicted, needed=OVERTURNS, of="adjudicated overturns"
        ),
    )


def _automation(
    own: Ledger,
    window: Window,
    calendar: Sequence[CalendarWeek],
    *,
    version: Version | None,
    wrong: Count,
    max_error: float,
) -> Automation:
    weeks = predicted_in(own, [(week.since, week.until) for week in calendar])
    single = single_checks(own, window)
    return Automation(
        version=version,
        trend=trend([Week(each.escalated, each.predictions or 0) for each in weeks]),
        precision=precision(wrong.hits, wrong.total, max_error=max_error),
        calibration=calibration(single.confidences, single.right),
    )


def newest_version(ledger: Ledger, window: Window) -> Version | None:
    """The one most used in the window's last week, else in all of it; None where nothing came."""
    since, until = window
    lately = _versions(ledger, (max(since, until - _WEEK), until)) or _versions(ledger, window)
    return next((each for each in lately if each.policy_version), None)


def _sunset(counted: Stats, *, decided: Decided, wrong: Count, max_error: float) -> Sunset:
    cost = counted.cost
    spent = (
        None if cost is None or cost.ai is None or cost.review is None else cost.ai + cost.review
    )
    return sunset(
        # What callers do not tell is not there to be rare.
        escalated=Count(counted.escalated, counted.predictions) if counted.predictions else Count(),
        agreed=Count(decided.agreeing, decided.predicted),
        of_review=cost.review / spent if cost and cost.review is not None and spent else None,
        wrong=wrong,
        max_error=max_error,
    )


def _deadlines(ledger: Ledger, window: Window) -> Deadlines:
    [decided] = decided_in(ledger, [window])
    overdue = (
        select(func.count())
        .select_from(cases)
        .where(cases.c.use_case == ledger.use_case, IS_OVERDUE)
    )
    return Deadlines(
        overdue=ledger.connection.execute(overdue).scalar_one(),
        decided=decided.by.get(By.DEADLINE, 0),
    )


def _weeks(
    ledger: Ledger, calendar: Sequence[CalendarWeek], *, use_case: UseCase
) -> tuple[WeekFigures, ...]:
    windows = [(week.since, week.until) for week in calendar]
    seen, decided = predicted_in(ledger, windows), decided_in(ledger, windows)
    reviewed, medians = reviewed_in(ledger, windows), medians_looked(ledger, windows)
    asked = asked_in(ledger, windows, costs=use_case.costs)
    sampled, standing = sampled_in(ledger, windows), standing_in(ledger, windows)
    return tuple(
        WeekFigures(
            monday=week.monday,
            since=week.since,
            until=week.until,
            predictions=seen[place].predictions,
            escalated=seen[place].escalated,
            escalation=seen[place].escalation,
            decided=sum(decided[place].verdicts.values()),
            agreement=decided[place].agreement,
            automatic=_right(sampled[place].automatic),
            median_seconds=medians[place],
            cost=cost_of(
                use_case.costs,
                predictions=seen[place].predictions,
                reviewed=reviewed[place],
                asked=asked[place],
                standing=standing[place],
            ),
        )
        for place, week in enumerate(calendar)
    )


def _right(wrong: Count) -> Share | None:
    return share(wrong.total - wrong.hits, wrong.total)


def _escalation(seen: Predicted) -> Share | NotYet | None:
    if seen.predictions is None:
        return None
    return share_of(seen.escalated, seen.predictions, needed=ESCALATION, of="predictions")


def _overturned(count: Count) -> Share | NotYet:
    return share_of(count.hits, count.total, needed=OVERTURNS, of="decisions")
