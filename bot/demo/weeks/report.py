"""What the weeks came to: a table in the terminal, a picture, and before beside after."""

from collections.abc import Sequence
from pathlib import Path

from rich.table import Table

from bot.demo.weeks.loop import Week
from hitl.percent import percent
from hitl.statistics.answers import NotYet
from hitl.statistics.calibration import calibration
from hitl.statistics.equal_quality import EqualQuality, equal_quality
from hitl.statistics.precision import precision

_BAR = 16
_MAX_ERROR = 0.01


def week_table(story: Sequence[Week]) -> Table:
    """One row a week; the bar is the share that people had to look at."""
    table = Table(
        "week", "labels", "escalated", "", "right of what stands", "at random",
        title="A model that learns from what people decide, on digits it has never seen",
        title_justify="left",
    )  # fmt: skip
    for week in story:
        accuracy = week.model.accuracy
        table.add_row(
            str(week.number),
            str(week.labels),
            percent(week.model.escalation),
            "█" * round(week.model.escalation * _BAR),
            "" if accuracy is None else percent(accuracy, decimals=1),
            percent(week.random.escalation),
        )
    return table


def draw_weeks(story: Sequence[Week], file: Path) -> None:
    """Escalation above, automatic accuracy below, both beside labels chosen at random."""
    from matplotlib.figure import Figure  # noqa: PLC0415 - slow to import, needed once

    figure = Figure(figsize=(8, 6), layout="constrained")
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[2, 1])
    numbers = [week.number for week in story]
    for axes, name, ours, theirs in (
        (
            upper,
            "Escalated",
            [week.model.escalation for week in story],
            [week.random.escalation for week in story],
        ),
        (
            lower,
            "Right of what stands",
            [week.model.accuracy for week in story],
            [week.random.accuracy for week in story],
        ),
    ):
        axes.plot(numbers, ours, "o-", color="#1264a3", label="labels from escalated cases")
        axes.plot(numbers, theirs, "o--", color="#8d8d8d", label="as many labels at random")
        axes.set_ylabel(name)
        axes.yaxis.set_major_formatter(lambda share, _place: f"{share:.0%}")
        axes.grid(alpha=0.3)
        for side in ("top", "right"):
            axes.spines[side].set_visible(False)
    upper.set_ylim(0, 1)
    upper.legend(frameon=False)
    lower.yaxis.set_major_formatter(lambda share, _place: f"{share:.1%}")
    lower.set_xlabel("Week")
    lower.set_xticks(numbers)
    upper.set_title("Every decision teaches: digits, threshold 90 %, measured on 500 held out")
    figure.savefig(file, dpi=120)


def before_and_after(first: Week, last: Week) -> str:
    """At the same quality, each model on the same held-out items."""
    shares = []
    for week in (first, last):
        found = equal_quality(week.model.confidences, week.model.right, max_error=_MAX_ERROR)
        shares.append(_quality(found))
    lines = [
        (
            f"At the same quality (at most {percent(_MAX_ERROR)} of what stands wrong), escalated:"
            f" {shares[0]} → {shares[1]}"
        ),
        (
            f"At the policy's threshold: {percent(first.model.escalation, decimals=1)}"
            f" → {percent(last.model.escalation, decimals=1)}"
        ),
        f"Automatic decisions before: {_precision(first)}",
        f"Automatic decisions now:    {_precision(last)}",
        f"Confidence is off by {_off(first)} → {_off(last)}",
    ]
    return "\n".join(lines)


def _quality(found: EqualQuality | NotYet) -> str:
    if isinstance(found, NotYet):
        return str(found)
    interval = found.escalation
    bounds = f"{percent(interval.low)} to {percent(interval.high)}"
    return f"{percent(interval.estimate, decimals=1)} ({bounds})"


def _precision(week: Week) -> str:
    judged = week.model
    stood = [
        right
        for right, sure in zip(judged.right, judged.confidences, strict=True)
        if sure >= judged.threshold
    ]
    return str(precision(stood.count(False), len(stood), max_error=0.05))


def _off(week: Week) -> str:
    found = calibration(week.model.confidences, week.model.right)
    return str(found) if isinstance(found, NotYet) else percent(found.ece, decimals=1)
