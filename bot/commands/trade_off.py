"""The trade-off of thresholds as a person reads it in a terminal."""

from collections.abc import Callable, Sequence

from rich.console import Console
from rich.table import Table

from bot.commands.figures import error_words, share_words
from bot.slack.text import priced
from hitl.percent import exact_percent, percent
from hitl.policy import UseCase
from hitl.statistics.answers import NotYet
from hitl.statistics.replay import Replayed, Traffic

_BAR = 16
_FULL, _HALF = "█", "▌"


def show_trade_off(
    use_case: UseCase,
    *,
    model: str | None,
    traffic: Traffic,
    now: Replayed,
    other: Replayed | None,
    sweep: Sequence[Replayed],
    console: Console,
) -> None:
    """The policy beside what was asked for, then a line for each threshold."""
    named = f", {model}" if model else ""
    console.print(
        f"{use_case.name}{named}: {traffic.predictions:,} predictions in {traffic.days:.1f} days,"
        f" {len(traffic.checks):,} checked blind",
        style="bold",
    )
    console.print(_compared(now, other))
    console.print(_swept(sweep, now))
    for note in _notes(now, other, sweep):
        console.print(note)


def _compared(now: Replayed, other: Replayed | None) -> Table:
    columns = [("as the policy is", now)]
    if other is not None:
        assumed = f", if {percent(other.better_by)} better" if other.better_by else ""
        columns.append((f"as asked{assumed}", other))
    table = Table("a day", *(name for name, _ in columns))
    rows: dict[str, Callable[[Replayed], str]] = {
        "thresholds": _thresholds,
        "escalated": lambda each: share_words(each.escalated),
        "automatic error": error_words,
        "reviews": lambda each: f"{each.reviews:,.1f}",
        "blind checks beside": lambda each: f"{each.audits:,.1f}",
        "reviewers' time": lambda each: (
            "unknown: no review was timed" if each.hours is None else f"{each.hours:,.1f} h"
        ),
        "AI": lambda each: priced(each.cost.ai, each.cost.currency),
        "reviews cost": lambda each: priced(each.cost.review, each.cost.currency),
        "blind checks cost": lambda each: priced(each.cost.audit, each.cost.currency),
        "spent together": lambda each: priced(each.cost.spent, each.cost.currency),
        "errors expected": lambda each: (
            str(each.cost.error)
            if isinstance(each.cost.error, NotYet)
            else priced(each.cost.error, each.cost.currency)
        ),
    }
    for name, words in rows.items():
        table.add_row(name, *(words(each) for _, each in columns))
    return table


def _thresholds(replayed: Replayed) -> str:
    shown = {
        label: "people" if each is None else exact_percent(each)
        for label, each in replayed.thresholds.items()
    }
    if len(set(shown.values())) == 1:
        return next(iter(shown.values()))
    return ", ".join(f"{label} {each}" for label, each in shown.items())


def _swept(sweep: Sequence[Replayed], now: Replayed) -> Table:
    table = Table("all labels at", "escalated", "", "automatic error", "spent a day")
    for each in sweep:
        threshold = next(iter(each.thresholds.values()))
        is_now = set(now.thresholds.values()) == {threshold}
        table.add_row(
            ("▸ " if is_now else "  ") + exact_percent(threshold or 0),
            _bar(each.escalated.estimate),
            percent(each.escalated.estimate, decimals=1),
            error_words(each),
            priced(each.cost.spent, each.cost.currency),
        )
    return table


def _bar(share: float) -> str:
    halves = round(share * _BAR * 2)
    return _FULL * (halves // 2) + _HALF * (halves % 2)


def _notes(now: Replayed, other: Replayed | None, sweep: Sequence[Replayed]) -> list[str]:
    notes = [
        (
            "For one model, a higher threshold sends more to people, never less;"
            " look at the automatic error beside it."
        )
    ]
    if other is not None and other.better_by:
        notes.append(
            f"Assumed, not measured: a model without {percent(other.better_by)} of the doubts and"
            " errors of this one. Every line but the policy's own rests on it."
        )
    if not now.checks and not any(each.checks for each in sweep):
        notes.append(
            "The automatic error is unknown until predictions are checked blind:"
            " see audit_rate in the policy."
        )
    if now.cost.spent is None:
        notes.append("What is unpriced has no entry under costs in the policy.")
    return notes
