"""The page of one use case as data; the quick parts from one snapshot, the slow one by itself."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.dashboard.parts.advice import findings, sunset
from bot.dashboard.parts.flow import funnel, labels, versions, waiting
from bot.dashboard.parts.glance import glance
from bot.dashboard.parts.judged import TREND, automation, costs, people, reviewers
from bot.dashboard.parts.thresholds import thresholds, trade_of
from bot.dashboard.parts.weeks import trends
from bot.dashboard.shapes import Shape
from bot.figures import figures_of
from bot.services import Services
from bot.slack.cards.figures import window_words
from hitl.documents import moment
from hitl.learning.calibrations import Recalibrated, recalibrated_now
from hitl.policy import UseCase
from hitl.reports.ages import queue_ages
from hitl.reports.answers import Report
from hitl.reports.ledger import Ledger
from hitl.reports.report import USUAL_WEEKS, report, zone_of
from hitl.reports.reviewers import team
from hitl.reports.stats import stats
from hitl.reports.tallied import decided_in
from hitl.reports.windows import parse_window
from hitl.statistics.findings.signal import findings_of

Naming = Callable[[str], Awaitable[str]]
"""What a reviewer's id stands for."""
_WINDOWS = ("24h", "7d", "4w", "12w", "52w")
_WEEK = timedelta(days=7)
_MOST_CHECKS = 5_000
"""For a picture; a bin of a thousand is as sharp as anybody needs."""


async def shown(services: Services, use_case: UseCase, *, window: str) -> Shape:
    """What the page draws for everyone; raises ``WindowNotUnderstood``."""
    length = parse_window(window)
    now = services.database.now()
    found, zone = await services.findings.last(), zone_of(use_case)
    own = findings_of(use_case.name, found.findings)

    def read(connection: Connection) -> Shape:
        since = now - length
        weeks = max(USUAL_WEEKS, length // _WEEK)
        told = report(connection, use_case=use_case, since=since, until=now, weeks=weeks)
        before = stats(connection, use_case=use_case, since=since - length, until=since)
        ledger = Ledger.open(connection, use_case.name)
        by = decided_in(ledger, [(since, now)])[0].by
        ages = queue_ages(connection, use_case=use_case.name, now=now)
        rows = figures_of(told)
        trend = next(row.value for row in rows if row.name == TREND)
        return {
            "figures": glance(told.stats, before),
            "sections": [
                findings(own, said_at=_said(found.at, zone=zone) if found.at else None),
                funnel(told.stats, by),
                trends(told, trend),
                waiting(told, ages, rows),
                automation(
                    told, rows, _recalibrated(connection, told), in_use=use_case.recalibrate
                ),
                people(rows),
                costs(told),
                labels(told),
                sunset(told.sunset),
                versions(told),
            ],
        }

    return {
        "use_case": use_case.name,
        "window": window,
        "windows": {each: window_words(parse_window(each)) for each in _WINDOWS},
        "at": moment(now),
        "said_at": _said(now, zone=zone),
        **await services.database.read(read),
    }


def _recalibrated(connection: Connection, told: Report) -> Recalibrated | None:
    version = told.automation.version
    if version is None or not version.model:
        return None
    name = told.stats.use_case
    return recalibrated_now(connection, use_case=name, model=version.model, most=_MOST_CHECKS)


def _said(moment: datetime, *, zone: str) -> str:
    return f"{moment.astimezone(ZoneInfo(zone)):%A %Y-%m-%d %H:%M} {zone}"


async def shown_thresholds(services: Services, use_case: UseCase, *, window: str) -> Shape:
    """The part that decides past predictions anew; raises ``WindowNotUnderstood``."""
    until = services.database.now()
    since = until - parse_window(window)
    return thresholds(
        await services.database.read(lambda c: trade_of(c, use_case, since=since, until=until))
    )


async def shown_reviewers(services: Services, use_case: UseCase, *, named: Naming) -> Shape:
    """The part about single reviewers."""
    now = services.database.now()
    found = await services.database.read(lambda c: team(c, use_case=use_case, now=now))
    names = await asyncio.gather(*(named(each.id) for each in found.reviewers))
    return reviewers(found, names)
