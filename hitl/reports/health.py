"""What the rules of ``statistics.findings`` look at, from the stored rows; and what they find."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hitl.policy import UseCase
from hitl.reports.checked import doubled_in, known_missed, sampled_in, single_checks
from hitl.reports.costs import reviewed_in
from hitl.reports.ledger import Ledger, Window
from hitl.reports.loads import Loads, loads_in
from hitl.reports.report import last_weeks, newest_version, zone_of
from hitl.reports.tallied import decided_in, predicted_by, predicted_in
from hitl.reports.times import seconds_looked
from hitl.statistics.findings.facts import HASTY_SECONDS, Count, Decision, Facts
from hitl.statistics.findings.search import find
from hitl.statistics.findings.signal import Finding
from hitl.statistics.trend import Week
from hitl.storage.predictions import IS_PREDICTION
from hitl.storage.tables import cases, outcomes, skips
from hitl.vocabulary import By

_JUDGED = timedelta(weeks=4)
_BASELINE = timedelta(weeks=12)
_MOST_WEEKS = 60
_MOST_DECISIONS = 10_000


def findings(
    connection: Connection, use_cases: Iterable[UseCase], *, until: datetime
) -> list[Finding]:
    """What is wrong anywhere, the surest first.

    All use cases are judged together, so that false alarms stay rare however many there are:
    never ask for one alone.
    """
    return find([facts_of(connection, use_case=each, until=until) for each in use_cases])


def facts_of(connection: Connection, *, use_case: UseCase, until: datetime) -> Facts:
    """Of the four weeks before ``until``, and of the twelve before those."""
    ledger = Ledger.open(connection, use_case.name)
    since = until - _JUDGED
    window, before = (since, until), (since - _BASELINE, since)
    newest = newest_version(ledger, window)
    own = ledger if newest is None else ledger.of_model(newest.model)
    decided, decided_before = decided_in(ledger, [window, before])
    [sampled_own] = sampled_in(own, [window])
    sampled, sampled_before = sampled_in(ledger, [window, before])
    seconds = seconds_looked(ledger, window)
    people, people_before = (
        loads_in(ledger, each, zone=zone_of(use_case)) for each in _lately(until)
    )
    return Facts(
        use_case=use_case.name,
        zone=zone_of(use_case),
        weeks=_weeks(ledger, until, zone=zone_of(use_case)),
        seconds=seconds,
        double_reviews=doubled_in(ledger, window).disagreed,
        overturned=Count(decided.predicted - decided.agreeing, decided.predicted),
        upheld=Count(sampled.upheld, sampled.contradicted),
        model=newest.model or None if newest else None,
        wrong=sampled_own.automatic,
        wrong_before=sampled_before.automatic,
        decisions=_decisions(ledger, window),
        overturned_before=Count(
            decided_before.predicted - decided_before.agreeing, decided_before.predicted
        ),
        checked=single_checks(own, window),
        checked_before=single_checks(ledger, before),
        known_missed=known_missed(ledger, window),
        hasty=Count(sum(each < HASTY_SECONDS for each in seconds), len(seconds)),
        parts={
            f"label {label}": Count(seen.escalated, seen.predictions)
            for (label,), seen in predicted_by(ledger, window, "label").items()
            if seen.predictions is not None
        },
        skipped=_skipped(ledger, window),
        reviewers=len(people),
        reviewers_before=len(people_before),
        loads=_a_day(people),
        loads_before=_a_day(people_before),
    )


def _lately(until: datetime) -> list[Window]:
    """Four weeks and the four before: in longer ones, people come and go anyway."""
    return [(until - _JUDGED, until), (until - 2 * _JUDGED, until - _JUDGED)]


def _weeks(ledger: Ledger, until: datetime, *, zone: str) -> list[Week]:
    """From the first with a prediction on."""
    calendar = last_weeks(until, count=_MOST_WEEKS, zone=zone)
    seen = predicted_in(ledger, [(week.since, week.until) for week in calendar])
    first = next((place for place, each in enumerate(seen) if each.total), len(seen))
    return [
        Week(each.escalated, each.predictions)
        for each in seen[first:]
        if each.predictions is not None
    ]


def _decisions(ledger: Ledger, window: Window) -> list[Decision]:
    """The newest few thousand, in the order they were made."""
    since, until = window
    rows = ledger.connection.execute(
        select(cases.c.decided_at, outcomes.c.label != cases.c.label)
        .join_from(cases, outcomes, (outcomes.c.case_id == cases.c.id) & outcomes.c.is_current)
        .where(
            cases.c.use_case == ledger.use_case,
            cases.c.decided_at >= since,
            cases.c.decided_at < until,
            IS_PREDICTION,
            cases.c.people_since.is_not(None),
            outcomes.c.by == By.REVIEWER,
        )
        .order_by(cases.c.decided_at.desc(), cases.c.id.desc())
        .limit(_MOST_DECISIONS)
    ).all()
    return [Decision(at=row[0], overturned=bool(row[1])) for row in reversed(rows)]


def _skipped(ledger: Ledger, window: Window) -> Count:
    """Of the cases that people were served, which is what they skipped or voted on."""
    since, until = window
    [reviewed] = reviewed_in(ledger, [window])
    skipped = ledger.connection.execute(
        select(func.count())
        .join_from(skips, cases, cases.c.id == skips.c.case_id)
        .where(*ledger.of_own_cases, skips.c.at >= since, skips.c.at < until)
    ).scalar_one()
    return Count(skipped, reviewed.reviews + skipped)


def _a_day(loads: Loads) -> list[int]:
    """Of each person on each day with any."""
    return [count for by_day in loads.values() for count in by_day.values()]
