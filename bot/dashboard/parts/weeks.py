"""Each week's figures as lines with their intervals; the week under way is marked unfinished."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from bot.dashboard.shapes import Shape, band, section
from bot.slack.cards.figures import share_words
from bot.slack.text import money
from hitl.reports.answers import Report, WeekFigures
from hitl.statistics.answers import Share
from hitl.statistics.intervals import Interval
from hitl.statistics.minimums import ESCALATION, OVERTURNS

_CHECKS = 20
"""Blind checks of a week for a point whose band does not fill the picture."""


@dataclass(frozen=True, slots=True)
class _Weeks:
    """Whole ones, and at the end the one under way if there is one."""

    figures: tuple[WeekFigures, ...]
    is_unfinished: bool

    @classmethod
    def of(cls, report: Report) -> Self:
        begun = () if report.this_week is None else (report.this_week,)
        return cls((*report.weeks, *begun), bool(begun))

    @property
    def names(self) -> list[str]:
        names = [f"{week.monday.day} {week.monday:%b}" for week in self.figures]
        if self.is_unfinished:
            names[-1] += " so far"
        return names


def trends(report: Report, trend: str) -> Shape:
    """Escalation, agreement, automatic decisions and review time; ``trend`` in words."""
    title, weeks = "Week by week", _Weeks.of(report)
    if not any(week.predictions or week.decided for week in weeks.figures):
        return section("trends", title, says=["No predictions in any week yet."])
    pictures = [
        _shares("Escalation", weeks, lambda week: week.escalation, needed=ESCALATION),
        _shares("Agreement with the AI", weeks, lambda week: week.agreement, needed=OVERTURNS),
        _shares("Right by itself", weeks, lambda week: week.automatic, needed=_CHECKS),
        _values("Median review", weeks, lambda week: week.median_seconds, unit="s"),
    ]
    empty = [each["title"] for each in pictures if not _has_points(each)]
    says = [
        f"Trend of escalation: {trend}.",
        "Bands show where the true share lies, 95 % sure. Weeks with too little are left out.",
    ]
    if weeks.is_unfinished:
        says.append("The last point, hollow and on a dashed line, is this week so far.")
    if empty:
        says.append(f"Not enough yet in any week: {', '.join(empty)}.")
    drawn = [each for each in pictures if each["title"] not in empty]
    return section("trends", title, says=says, pictures=drawn)


def costs_by_week(report: Report, *, currency: str) -> list[Shape]:
    """What a decision cost; none without a priced week."""
    title = f"Cost of a decision, {currency}"
    drawn = _values(title, _Weeks.of(report), _cost, unit=currency)
    return [drawn] if _has_points(drawn) else []


def _shares(
    title: str,
    weeks: _Weeks,
    of: Callable[[WeekFigures], Share | None],
    *,
    needed: int,
) -> Shape:
    found = [of(week) for week in weeks.figures]
    enough = [share if share and share.total >= needed else None for share in found]
    words = [
        f"{share_words(good)} on {good.total:,}"
        if good
        else f"not enough yet ({share.total if share else 0:,} of {needed:,})"
        for good, share in zip(enough, found, strict=True)
    ]
    values = [share.interval if share else None for share in enough]
    return band(
        title,
        places=weeks.names,
        values=values,
        unit="%",
        words=words,
        is_unfinished=weeks.is_unfinished,
    )


def _values(
    title: str,
    weeks: _Weeks,
    of: Callable[[WeekFigures], float | None],
    *,
    unit: str,
) -> Shape:
    found = [of(week) for week in weeks.figures]
    return band(
        title,
        places=weeks.names,
        values=[None if each is None else Interval(each, each, each) for each in found],
        unit=unit,
        words=["unknown" if each is None else _said(each, unit) for each in found],
        bare=True,
        is_unfinished=weeks.is_unfinished,
    )


def _said(value: float, unit: str) -> str:
    return f"{value:.1f} s" if unit == "s" else money(value, unit)


def _cost(week: WeekFigures) -> float | None:
    if week.cost is None or not week.predictions or week.predictions < ESCALATION:
        return None
    return week.cost.per_decision


def _has_points(drawn: Shape) -> bool:
    return any(each is not None for each in drawn["middle"])
