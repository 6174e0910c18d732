"""A report as rows that a person reads: a name, a value with its interval, and on what it rests.

The same rows stand in Slack, on the terminal and in the dashboard; what is not known yet says how
much is missing.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.slack.cards.figures import queue_line, share_words
from bot.slack.text import about_seconds, counted, duration, money, priced
from hitl.percent import percent
from hitl.reports.answers import Cost, Report, WeekFigures
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.intervals import Interval
from hitl.statistics.reviewers import PRIOR_RIGHT, PRIOR_WRONG, Accuracy
from hitl.statistics.served_first import ServedFirst
from hitl.statistics.trend import Trend

SERVED_FIRST = "Which case first"
_DASH = "\N{EN DASH}"
_MUCH = 10.0
"""A tenfold change a year; what lies beyond says only that nobody knows."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One row."""

    name: str
    value: str
    basis: str = ""
    is_known: bool = True
    """False where the value says what is missing."""


def figures_of(report: Report) -> list[Figure]:
    """Every figure of a report, the most asked for first."""
    return [
        *_counts(report),
        *_people(report),
        _served_first(report.served_first),
        *_automation(report),
        *_costs(report.stats.cost),
    ]


def _counts(report: Report) -> Iterator[Figure]:
    stats = report.stats
    if stats.predictions is None:
        told = f"{stats.escalated:,} escalated"
        yield Figure("Escalation", "unknown: send /v1/tallies", told)
    else:
        yield _share("Escalation", stats.escalation, "predictions")
    yield _share("Agreement with the AI", stats.agreement, "decisions by people")
    if (waiting := stats.waiting) is not None:
        words = f"median {duration(waiting.median)}, 90 % within {duration(waiting.p90)}"
        yield Figure("Waiting to decision", words, counted(waiting.count, "decision"))
    late = report.deadlines
    yield Figure(
        "Waiting now",
        queue_line(stats.queue, now=stats.until),
        f"{late.overdue:,} overdue; deadlines decided {late.decided:,}",
    )


def _people(report: Report) -> Iterator[Figure]:
    people, speed = report.people, report.people.speed
    timed = counted(speed.reviews, "timed review")
    yield _accuracy("People are right", people.accuracy)
    yield _time("A review takes", "median ", speed.median, timed)
    yield _time("90 % of reviews within", "", speed.p90, timed)
    yield _share("Reviews under 10 s", speed.on_target, "timed reviews")
    yield _share("The AI overturned", people.overturned, "decisions by people")
    yield _share("Overturns upheld", people.upheld, "adjudicated overturns")
    yield _share("Two reviewers disagreed", people.agreement.disagreed, "double reviews")
    alpha = people.agreement.alpha
    yield Figure("Krippendorff's alpha", _alpha(alpha), is_known=isinstance(alpha, float))


def _served_first(found: ServedFirst | NotYet) -> Figure:
    if isinstance(found, NotYet):
        return Figure(SERVED_FIRST, str(found), is_known=False)
    low, more, high = map(_points, (found.gain.low, found.gain.estimate, found.gain.high))
    return Figure(
        SERVED_FIRST,
        f"{percent(found.overturned.estimate)} of those decided overturned, in order of arrival"
        f" {percent(found.as_they_came)}: {more} points ({low} to {high})",
        f"{found.overturned.total:,} decided of {found.came:,} that came, {found.left:,} left",
    )


def _points(difference: float) -> str:
    rounded = round(difference * 100)
    return f"{rounded:+}" if rounded else "0"


def _automation(report: Report) -> Iterator[Figure]:
    automation = report.automation
    version = automation.version
    whose = "no predictions" if version is None else version.model or "no model named"
    precision, calibration = automation.precision, automation.calibration
    if isinstance(precision, NotYet):
        yield Figure("Automatic decisions", str(precision), whose, is_known=False)
    else:
        found = f"{precision.errors:,} wrong in {counted(precision.checks, 'random check')}"
        right = percent(precision.at_least, decimals=1)
        sure = percent(precision.confidence)
        yield Figure("Automatic decisions", f"at least {right} right ({sure} sure)", found)
    if isinstance(calibration, NotYet):
        yield Figure("Calibration", str(calibration), whose, is_known=False)
    else:
        words = f"off by {percent(calibration.ece, decimals=1)} on average"
        checks = f"Brier {calibration.brier:.3f}, {counted(calibration.checks, 'check')}"
        yield Figure("Calibration", words, checks)
    is_known = isinstance(automation.trend, Trend)
    yield Figure("Trend of escalation", _trend(automation.trend), whose, is_known=is_known)


def _costs(cost: Cost | None) -> Iterator[Figure]:
    if cost is None:
        yield Figure("Cost", "unpriced: set costs.ai and costs.review in the policy")
        return
    ai, review = (priced(each, cost.currency) for each in (cost.ai, cost.review))
    parts = f"AI {ai}, review {review}"
    each = "unknown" if cost.per_decision is None else money(cost.per_decision, cost.currency)
    yield Figure("Cost a decision", each, parts)
    if isinstance(cost.error, NotYet):
        yield Figure("Expected errors", str(cost.error), is_known=False)
    elif cost.error is not None:
        basis = "not spent, so in none of the costs"
        yield Figure("Expected errors", expected_errors(cost.error, cost.currency), basis)


def expected_errors(amount: float | None, currency: str) -> str:
    """What wrong decisions cost by the checks; nothing found yet is not nothing to fear."""
    return "no check found one yet" if amount == 0 else priced(amount, currency)


def week_row(week: WeekFigures) -> tuple[str, ...]:
    """Monday, predictions, escalation, agreement, right by itself, median review, cost."""
    cost = week.cost
    each = None if cost is None or cost.per_decision is None else cost.per_decision
    return (
        f"{week.monday.day} {week.monday:%b}",
        "unknown" if week.predictions is None else f"{week.predictions:,}",
        share_words(week.escalation) if week.escalation else _DASH,
        share_words(week.agreement) if week.agreement else _DASH,
        share_words(week.automatic) if week.automatic else _DASH,
        _DASH if week.median_seconds is None else about_seconds(week.median_seconds),
        _DASH if cost is None or each is None else money(each, cost.currency),
    )


WEEK_COLUMNS = (
    "Week of", "Predictions", "Escalated", "Agreement", "Right by itself", "Review", "A decision",
)  # fmt: skip


def _share(name: str, share: Share | NotYet | None, of: str) -> Figure:
    if share is None:
        return Figure(name, "nothing to judge yet", is_known=False)
    if isinstance(share, NotYet):
        return Figure(name, str(share), is_known=False)
    return Figure(name, share_words(share), f"{share.hits:,} of {share.total:,} {of}")


def _accuracy(name: str, found: Accuracy | NotYet) -> Figure:
    if isinstance(found, NotYet):
        return Figure(name, str(found), is_known=False)
    low, high = (
        percent(each).removesuffix(" %") for each in (found.interval.low, found.interval.high)
    )
    value = f"{percent(found.interval.estimate)} ({low}{_DASH}{high})"
    # Without the assumption it starts from, 31 of 31 and 98 % would seem to contradict each other.
    prior = f"on top of {PRIOR_RIGHT} of {PRIOR_RIGHT + PRIOR_WRONG} assumed"
    return Figure(name, value, f"{found.right:,} of {found.checks:,} checked decisions, {prior}")


def _time(name: str, which: str, found: Interval | NotYet, basis: str) -> Figure:
    if isinstance(found, NotYet):
        return Figure(name, str(found), is_known=False)
    return Figure(
        name, f"{which}{found.estimate:.1f} s ({found.low:.1f}{_DASH}{found.high:.1f})", basis
    )


def _alpha(found: float | NotYet | None) -> str:
    if found is None:
        return "nobody ever chose a second label"
    return str(found) if isinstance(found, NotYet) else f"{found:.2f}"


def _trend(found: Trend | NotYet) -> str:
    if isinstance(found, NotYet):
        return str(found)
    low, middle, high = (
        _change(each) for each in (found.yearly.low, found.yearly.estimate, found.yearly.high)
    )
    return f"{middle} a year ({low} to {high}): {found.direction}"


def _change(relative: float) -> str:
    if relative > _MUCH:
        return "more than tenfold"
    return f"{relative * 100:+.0f} %".replace("+0", "0").replace("-0", "0")
