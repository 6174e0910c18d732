"""The trade-off of thresholds as a picture."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from hitl.errors import HitlError
from hitl.statistics.answers import Share
from hitl.statistics.replay import Replayed

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_ESCALATED, _ERROR, _COST, _POLICY = "#4c72b0", "#c44e52", "#55a868", "#999999"


class PictureNotWritten(HitlError):
    """The file can't be written."""


def draw_trade_off(file: Path, *, sweep: Sequence[Replayed], now: Replayed, title: str) -> None:
    """A PNG: escalation, automatic error and, where priced, what is spent, by threshold.

    Raises ``PictureNotWritten``.
    """
    # Not pyplot, which keeps figures and looks for a display.
    from matplotlib.figure import Figure  # noqa: PLC0415 - heavy, and few commands draw

    priced = [each for each in sweep if each.cost.spent is not None]
    rows = 2 if priced else 1
    figure = Figure(figsize=(8, 2 + 2.3 * rows), layout="constrained", dpi=140)
    axes = list(figure.subplots(rows, 1, sharex=True, squeeze=False)[:, 0])
    _escalation(axes[0], sweep)
    _errors(axes[0].twinx(), sweep)
    if priced:
        _spending(axes[1], priced, currency=now.cost.currency)
    for axis in axes:
        _policy(axis, now)
    assumed = next((each.better_by for each in sweep if each.better_by), 0.0)
    told = f"\nassumed, not measured: a model {assumed:.0%} better" if assumed else ""
    axes[0].set_title(f"{title}: every label at one threshold{told}", fontsize=11)
    axes[-1].set_xlabel("threshold (dashed: the policy's)")
    write_picture(figure, file)


def write_picture(figure: "Figure", file: Path) -> None:
    """As PNG, whatever the file is called; raises ``PictureNotWritten``."""
    try:
        figure.savefig(file, format="png")
    except OSError as problem:
        raise PictureNotWritten(f"can't write {file}: {problem.strerror}") from problem


def _escalation(axis: "Axes", sweep: Sequence[Replayed]) -> None:
    shares = [each.escalated.estimate * 100 for each in sweep]
    axis.plot([_threshold(each) for each in sweep], shares, color=_ESCALATED, marker="o", ms=3)
    axis.set_ylabel("escalated, %", color=_ESCALATED)
    axis.set_ylim(0, 100)


def _errors(axis: "Axes", sweep: Sequence[Replayed]) -> None:
    """The line is what checks found; the shade goes up to what it may be."""
    known = [
        (_threshold(each), each.automatic_error.estimate * 100, (each.error_at_most or 0) * 100)
        for each in sweep
        if isinstance(each.automatic_error, Share)
    ]
    at, found, at_most = ([row[place] for row in known] for place in range(3))
    axis.plot(at, found, color=_ERROR, marker="s", ms=3)
    if any(at_most):
        axis.fill_between(at, found, at_most, color=_ERROR, alpha=0.15, lw=0)
    axis.set_ylabel("automatic error, % (shade: up to, 95 % sure)", color=_ERROR, fontsize=8)
    # A bound from a handful of checks would press everything else flat.
    axis.set_ylim(0, max(5.0, 3 * max(found, default=0)))


def _spending(axis: "Axes", priced: Sequence[Replayed], *, currency: str) -> None:
    spent = [each.cost.spent or 0 for each in priced]
    axis.plot([_threshold(each) for each in priced], spent, color=_COST, marker="o", ms=3)
    axis.set_ylabel(f"spent a day, {currency}", color=_COST)
    axis.set_ylim(bottom=0)


def _policy(axis: "Axes", now: Replayed) -> None:
    by_threshold: dict[float, list[str]] = {}
    for label, threshold in now.thresholds.items():
        if threshold is not None:
            by_threshold.setdefault(threshold, []).append(label)
    for threshold, labels in by_threshold.items():
        axis.axvline(threshold, color=_POLICY, ls="--", lw=1)
        if len(by_threshold) > 1:
            place = axis.get_xaxis_transform()
            axis.text(
                threshold,
                0.03,
                ", ".join(labels),
                transform=place,
                rotation=90,
                ha="right",
                fontsize=7,
                color=_POLICY,
            )


def _threshold(replayed: Replayed) -> float:
    """That of every label, in a sweep."""
    return next(iter(replayed.thresholds.values())) or 0.0
