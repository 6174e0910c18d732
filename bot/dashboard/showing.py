"""The whole page of one use case as data, read from one snapshot."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import Connection

from bot.dashboard.parts import costs, funnel, headline, reviewers, trends, waiting
from bot.dashboard.shapes import Shape
from bot.services import Services
from bot.slack.cards.figures import window_words
from hitl.documents import moment
from hitl.policy import UseCase
from hitl.reports.desk import decided_by, done_by_each, queue_ages
from hitl.reports.stats import stats
from hitl.reports.windows import parse_window
from hitl.statistics.weeks import starts_at, week_of

WEEKS = 12
"""Shown as a trend, this week included."""
_WEEK = timedelta(days=7)
Naming = Callable[[str], Awaitable[str]]
_WINDOWS = ("24h", "7d", "4w", "12w", "52w")


@dataclass(frozen=True, slots=True)
class Span:
    """A week as it is drawn."""

    name: str
    since: datetime
    until: datetime


async def shown(services: Services, use_case: UseCase, *, window: str) -> Shape:
    """What the page draws for everyone; raises ``WindowNotUnderstood``."""
    length = parse_window(window)
    now = services.database.now()
    zone = use_case.digest.zone if use_case.digest else "UTC"
    weeks = _weeks(now, zone=zone)

    def read(connection: Connection) -> Shape:
        since = now - length
        found = stats(connection, use_case=use_case, since=since, until=now)
        before = stats(connection, use_case=use_case, since=since - length, until=since)
        each = [
            stats(connection, use_case=use_case, since=week.since, until=week.until)
            for week in weeks
        ]
        by = decided_by(connection, use_case=use_case.name, since=since, until=now)
        ages = queue_ages(connection, use_case=use_case.name, now=now)
        names = [week.name for week in weeks]
        return {
            "figures": headline(found, before),
            "sections": [
                funnel(found, by),
                trends(names, each),
                waiting(found, ages),
                costs(found),
            ],
        }

    drawn = await services.database.read(read)
    return {
        "use_case": use_case.name,
        "question": use_case.question,
        "window": window,
        "windows": {each: window_words(parse_window(each)) for each in _WINDOWS},
        "at": moment(now),
        "said_at": f"{now.astimezone(ZoneInfo(zone)):%A %Y-%m-%d %H:%M} {zone}",
        **drawn,
    }


async def shown_of_people(
    services: Services, use_case: UseCase, *, window: str, named: Naming
) -> Shape:
    """The part about single reviewers; ``named`` tells what an id stands for."""
    until = services.database.now()
    since = until - parse_window(window)
    done = await services.database.read(
        lambda c: done_by_each(c, use_case=use_case.name, since=since, until=until)
    )
    names = await asyncio.gather(*(named(each.reviewer) for each in done))
    return reviewers(sorted(zip(names, done, strict=True), key=lambda pair: pair[0].casefold()))


def _weeks(now: datetime, *, zone: str) -> list[Span]:
    """Weeks as people live them there, the last one as far as it has come."""
    this = week_of(now, zone=zone)
    mondays = [this - _WEEK * back for back in range(WEEKS - 1, -1, -1)]
    return [
        Span(
            "this week" if monday == this else f"{monday:%d %b}",
            starts_at(monday, zone=zone),
            min(starts_at(monday + _WEEK, zone=zone), now),
        )
        for monday in mondays
    ]
