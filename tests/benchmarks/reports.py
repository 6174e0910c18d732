"""What every report over a year of decisions takes: processor time, of this process and the server.

Only that is comparable on a machine that does other things, too. What is asked are the functions
that the service calls, each three times; the middle one counts. Findings have a row of their own,
as they are looked for now and then for everybody.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table
from sqlalchemy import Connection

from bot.dashboard.showing import shown, shown_reviewers, shown_thresholds
from bot.findings import Findings
from bot.intake.answers import answer
from bot.scheduler.models import look_for_models
from bot.scheduler.rollups import roll_up
from bot.services import Services
from hitl.learning.comparison import compare
from hitl.policy import Policy, UseCase
from hitl.reports.advising import known
from hitl.reports.answers import Report
from hitl.reports.certificates import Target, certificates
from hitl.reports.costs import mean_seconds
from hitl.reports.data import report_document
from hitl.reports.digests import digest_of
from hitl.reports.health import findings
from hitl.reports.offers import offer_of
from hitl.reports.policy_effect import expected_effect
from hitl.reports.report import report
from hitl.reports.reviewers import own_signs, team
from hitl.reports.rolling import begin_anew
from hitl.reports.rollup_check import differences
from hitl.reports.stats import stats
from hitl.reports.traffic import Window, newest_model, traffic
from hitl.storage.database import Database
from tests.benchmarks.meter import Ask, Meter, Spent, meter_of
from tests.benchmarks.year import END, YEAR, make_year, year_of_use_case
from tests.postgres import Server

_TIMES = 3
_WEEK, _MONTH = timedelta(days=7), timedelta(days=28)
Read = Callable[[Connection], object]


def reports_of(database: Database, policy: Policy, use_case: UseCase) -> Iterator[tuple[str, Ask]]:
    """Every report by its name."""
    now = END
    services = Services(database, policy, draw=lambda: 0.5)

    def reading(read: Read) -> Ask:
        return lambda: database.read(read)

    def whole(length: timedelta, weeks: int) -> Callable[[Connection], Report]:
        return lambda c: report(c, use_case=use_case, since=now - length, until=now, weeks=weeks)

    services.findings = Findings(database, list)

    async def dashboard(window: str) -> None:
        await shown(services, use_case, window=window)

    yield "GET /v1/stats, hitl stats, /hitl stats: a week", reading(whole(_WEEK, 12))
    yield (
        "GET /v1/stats: a year, 52 weeks",
        reading(lambda c: answer(report_document(whole(YEAR, 52)(c)))),
    )
    yield (
        "/hitl stats of all use cases, Home tab: a week",
        reading(
            lambda c: [
                stats(c, use_case=each, since=now - _WEEK, until=now)
                for each in policy.use_cases.values()
            ]
        ),
    )
    yield (
        "/hitl reviewers",
        reading(
            lambda c: (
                team(c, use_case=use_case, now=now),
                own_signs(c, "U0BENCH1", zone="UTC", now=now),
            )
        ),
    )
    yield (
        "digest",
        reading(
            lambda c: digest_of(
                c,
                use_case=use_case,
                before=now - 2 * _WEEK,
                since=now - _WEEK,
                until=now,
                zone="UTC",
            )
        ),
    )
    yield (
        "digest: the offer of a lower threshold",
        reading(lambda c: offer_of(c, use_case=use_case, now=now)),
    )
    yield (
        "findings of all use cases",
        reading(lambda c: findings(c, policy.use_cases.values(), until=now)),
    )
    yield "dashboard: four weeks", lambda: dashboard("4w")
    yield "dashboard: a year", lambda: dashboard("52w")

    async def name_of(person: str) -> str:
        return person

    yield "dashboard: reviewers", lambda: shown_reviewers(services, use_case, named=name_of)
    yield (
        "dashboard: thresholds, four weeks",
        lambda: shown_thresholds(services, use_case, window="4w"),
    )
    yield (
        "dashboard: thresholds, a year",
        lambda: shown_thresholds(services, use_case, window="52w"),
    )

    def simulated(length: timedelta) -> Read:
        def read(c: Connection) -> object:
            window = Window(use_case.name, newest_model(c, use_case.name), now - length, now)
            seconds = mean_seconds(c, use_case=use_case.name, since=window.since, until=now)
            return traffic(c, window, use_case=use_case), seconds

        return read

    yield "hitl simulate: four weeks", reading(simulated(_MONTH))
    yield "hitl simulate: a year", reading(simulated(YEAR))
    yield (
        "hitl policy certify",
        reading(lambda c: certificates(c, use_case=use_case, target=Target(0.02), now=now)),
    )
    yield "hitl policy advise", reading(lambda c: known(c, use_case, None, now))
    yield (
        "monthly question",
        reading(
            lambda c: [
                report(c, use_case=use_case, since=since, until=since + _MONTH)
                for since in (now - _MONTH, now - 2 * _MONTH)
            ]
        ),
    )
    yield (
        "expected effect of a proposed policy",
        reading(lambda c: expected_effect(c, before=use_case, after=use_case, until=now)),
    )
    yield (
        "two model versions compared",
        reading(lambda c: compare(c, use_case=use_case, before="toxicity@5", after="toxicity@6")),
    )
    yield "look at the models, each minute", lambda: look_for_models(database, policy)


def measure_year(
    folder: Path, server: Server | None, console: Console, *, cases: int
) -> list[Spent]:
    """Make the year in a new database, count its hours, compare the counts, ask every report."""
    meter = meter_of(server)
    url = server.url(server.create()) if server else f"sqlite:///{folder / 'year.db'}"
    with _bar(f"{meter.on}: decisions", cases, console) as reached:
        make_year(url, cases=cases, told=reached)
    return asyncio.run(_measured(url, meter, console))


async def _measured(url: str, meter: Meter, console: Console) -> list[Spent]:
    database = Database(url, clock=lambda: END)
    try:
        found = [await _over_days(COUNTED, database, meter, console, counted)]
        found.append(await _over_days(COMPARED, database, meter, console, compared))
        use_case = year_of_use_case()
        policy = Policy(use_cases={use_case.name: use_case})
        asked = list(reports_of(database, policy, use_case))
        with _bar(f"{meter.on}: reports", len(asked), console) as reached:
            for place, (what, ask) in enumerate(asked, start=1):
                runs = [await meter.spent(what, ask) for _ in range(_TIMES)]
                found.append(sorted(runs, key=lambda run: run.seconds)[_TIMES // 2])
                reached(place)
        return found
    finally:
        database.close()


COUNTED = "hitl rollup: every hour counted anew"
COMPARED = "hitl rollup --check: every hour compared"


async def counted(database: Database, told: Callable[[datetime], None]) -> None:
    """As ``hitl rollup`` does."""
    await database.write(begin_anew)
    await roll_up(database, told=told)


async def compared(database: Database, told: Callable[[datetime], None]) -> None:
    """As ``hitl rollup --check`` does; raises where they differ."""
    if wrong := await database.read(lambda c: list(differences(c, told=told))):
        raise AssertionError(wrong)


async def _over_days(
    what: str,
    database: Database,
    meter: Meter,
    console: Console,
    work: Callable[[Database, Callable[[datetime], None]], Awaitable[None]],
) -> Spent:
    with _bar(f"{meter.on}: {what.partition(':')[0]}, days", YEAR.days, console) as reached:
        return await meter.spent(
            what, lambda: work(database, lambda at: reached((at - END + YEAR).days))
        )


@contextmanager
def _bar(name: str, total: int, console: Console) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn(name), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(name, total=total)
        yield lambda reached: bar.update(task, completed=reached)


def show_year(found: list[Spent], console: Console, *, cases: int) -> None:
    """A row for each report, a column for each database."""
    every = list(dict.fromkeys(spent.on for spent in found))
    table = Table(f"a year of {cases:,} decisions, seconds of processor time")
    for on in every:
        table.add_column(on, justify="right")
    for what in dict.fromkeys(spent.what for spent in found):
        by = {spent.on: spent for spent in found if spent.what == what}
        table.add_row(what, *(_words(by[on], cases=cases) if on in by else "" for on in every))
    console.print(table)


def _words(spent: Spent, *, cases: int) -> str:
    if spent.what in {COUNTED, COMPARED}:
        return f"{spent.seconds:,.0f} ({cases / spent.seconds:,.0f} decisions a second)"
    return f"{spent.seconds:.2f}"
