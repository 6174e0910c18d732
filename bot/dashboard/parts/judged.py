"""Whether automatic decisions are right, what people are worth, and what it costs."""

from collections.abc import Iterable, Sequence

from bot.dashboard.parts.weeks import costs_by_week
from bot.dashboard.shapes import Shape, reliability, reliability_moved, section, table
from bot.figures import Figure, expected_errors
from bot.slack.cards.figures import cost_line, interval_words
from bot.slack.text import counted, priced
from hitl.learning.calibrations import Recalibrated
from hitl.percent import percent
from hitl.reports.answers import Report
from hitl.reports.reviewers import Reviewer, Team
from hitl.statistics.answers import NotYet
from hitl.statistics.intervals import Interval
from hitl.statistics.reviewers import Accuracy

TREND = "Trend of escalation"
AUTOMATION = ("Automatic decisions", "Calibration")
PEOPLE = (
    "People are right",
    "A review takes",
    "90 % of reviews within",
    "Reviews under 10 s",
    "The AI overturned",
    "Overturns upheld",
    "Two reviewers disagreed",
    "Krippendorff's alpha",
)


def automation(
    report: Report, rows: Iterable[Figure], recalibrated: Recalibrated | None, *, in_use: bool
) -> Shape:
    """What blind checks say of the AI, of one version alone, and how sure it should have been.

    ``in_use`` says whether thresholds are compared with the recalibrated confidence.
    """
    version, found = report.automation.version, report.automation.calibration
    whose = (
        "No predictions yet." if version is None else f"Of {version.model or 'the model'} alone."
    )
    says = [whose, "Only predictions drawn at random and checked blind say anything about it."]
    pictures = [] if isinstance(found, NotYet) else [reliability("As sure as right?", found.bins)]
    if recalibrated is not None:
        says += _recalibration(recalibrated, in_use=in_use)
        pictures = [reliability_moved("As sure as right? Before and after", recalibrated.bins)]
    return section(
        "automation", "Right by itself", says=says, pictures=pictures, table=_rows(rows, AUTOMATION)
    )


def _recalibration(found: Recalibrated, *, in_use: bool) -> list[str]:
    before, after = (percent(each.ece, decimals=1) for each in (found.before, found.after))
    checks = f"the newest {counted(found.after.checks, 'check')}"
    goes_by = "Thresholds go by the recalibrated confidence."
    if not in_use:
        goes_by = "Thresholds go by what the model says; recalibrate = true would change that."
    off = f"Confidence is off by {before} as the model gives it, by {after} recalibrated"
    return [f"{off}, on {checks} (fitted on {found.fitted.labels:,}).", goes_by]


def people(rows: Iterable[Figure]) -> Shape:
    """Everybody together."""
    return section("people", "People", table=_rows(rows, PEOPLE))


def reviewers(team: Team, names: Sequence[str]) -> Shape:
    """Each reviewer, by name; for leads alone. Nobody is ranked, whatever there is to see."""
    named = sorted(zip(names, team.reviewers, strict=True), key=lambda pair: pair[0].casefold())
    says = [
        "Only leads see this, in the order of names: how much somebody decides is no measure.",
        "Accuracy is of 90 days of checks, the rest of four weeks.",
    ]
    columns = ["Reviewer", "Right when checked", "Median", "Decisions", "On a usual day"]
    rows = [[name, *_reviewer(each)] for name, each in named]
    if not rows:
        return section("reviewers", "Reviewers", says=["Nobody has reviewed lately."])
    return section("reviewers", "Reviewers", says=says, table=table(columns, rows))


def costs(report: Report) -> Shape:
    """What was spent, in its parts; what has no price is said to have none."""
    cost = report.stats.cost
    says = [f"{cost_line(report.stats)}."]
    if cost is None:
        return section("costs", "Costs", says=says)
    rows = [
        ["The AI", priced(cost.ai, cost.currency)],
        ["Review by people", priced(cost.review, cost.currency)],
        ["Expected errors, not spent", _error(cost.error, cost.currency)],
    ]
    pictures = costs_by_week(report, currency=cost.currency)
    spent = table(["Part", "In this time"], rows)
    return section("costs", "Costs", says=says, pictures=pictures, table=spent)


def _rows(rows: Iterable[Figure], names: Sequence[str]) -> Shape:
    wanted = [[row.name, row.value, row.basis] for row in rows if row.name in names]
    return table(["Figure", "Value", "Rests on"], wanted)


def _reviewer(found: Reviewer) -> list[str]:
    usual = f"{found.a_day:.0f}" if found.days else ""
    return [_accuracy(found.accuracy), _seconds(found.speed.median), f"{found.decisions:,}", usual]


def _accuracy(found: Accuracy | NotYet) -> str:
    if isinstance(found, NotYet):
        return str(found)
    return f"{interval_words(found.interval)} on {found.checks:,}"


def _seconds(found: Interval | NotYet) -> str:
    if isinstance(found, NotYet):
        return str(found)
    return f"{found.estimate:.1f} s ({found.low:.1f}\N{EN DASH}{found.high:.1f})"


def _error(amount: float | NotYet | None, currency: str) -> str:
    return str(amount) if isinstance(amount, NotYet) else expected_errors(amount, currency)
