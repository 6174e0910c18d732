"""A digest's chart as a PNG: weeks beside one another, each with how sure its figure is.

matplotlib takes a second to import and draws on the CPU: call it in a thread, never on the loop.
"""

import threading
from collections.abc import Callable, Mapping, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from bot.slack.text import about_seconds
from hitl.reports.answers import WeekFigures
from hitl.statistics.answers import Share
from hitl.statistics.speed import TARGET_SECONDS

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_INK, _QUIET, _LINE, _BAND = "#1d1c1d", "#6b6a6c", "#136a58", "#bfe0d6"
_SIZE, _DPI = (9.6, 2.9), 160
_DRAWING = threading.Lock()
"""matplotlib's fonts are shared and not made for two threads."""


def weeks_chart(weeks: Sequence[WeekFigures]) -> bytes:
    """Escalation, agreement and the median review of each week."""
    with _DRAWING:
        return _drawn(weeks)


def weeks_in_words(weeks: Sequence[WeekFigures]) -> str:
    """What the chart shows, for those who do not see it."""
    if not weeks:
        return "No whole week yet"
    last = weeks[-1]
    return (
        f"Chart of the last {len(weeks)} weeks. Escalation: {_share_words(weeks, 'escalation')}."
        f" Agreement with the AI: {_share_words(weeks, 'agreement')}."
        " Median review in the last week:"
        f" {'not timed' if last.median_seconds is None else about_seconds(last.median_seconds)}."
    )


def _share_words(weeks: Sequence[WeekFigures], name: str) -> str:
    known = [share for week in weeks if (share := getattr(week, name)) is not None]
    if not known:
        return "nothing yet"
    first, last = (f"{each.estimate:.0%}".replace("%", " %") for each in (known[0], known[-1]))
    return f"{first} at first, {last} at last"


def _drawn(weeks: Sequence[WeekFigures]) -> bytes:
    from matplotlib.backends.backend_agg import FigureCanvasAgg  # noqa: PLC0415 - slow to import
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same

    figure = Figure(figsize=_SIZE, dpi=_DPI, layout="constrained")
    FigureCanvasAgg(figure)
    escalation, agreement, review = figure.subplots(1, 3)
    _shares(escalation, weeks, "Escalated", lambda week: week.escalation)
    _shares(agreement, weeks, "People agree with the AI", lambda week: week.agreement)
    _seconds(review, weeks)
    target = BytesIO()
    figure.savefig(target, format="png", facecolor="white")
    return target.getvalue()


def _shares(
    axes: "Axes",
    weeks: Sequence[WeekFigures],
    title: str,
    share_of: Callable[[WeekFigures], Share | None],
) -> None:
    _frame(axes, weeks, title)
    known = [(place, share) for place, week in enumerate(weeks) if (share := share_of(week))]
    if not known:
        _say_nothing(axes)
        return
    places = [place for place, _ in known]
    low, middle, high = (
        [getattr(share.interval, end) * 100 for _, share in known]
        for end in ("low", "estimate", "high")
    )
    axes.vlines(places, low, high, color=_BAND, linewidth=6)
    _line(axes, dict(zip(places, middle, strict=True)), len(weeks))
    axes.set_ylim(0, min(100.0, max(high) * 1.15) or 1)
    axes.yaxis.set_major_formatter("{x:.0f} %")
    _name_last(axes, places[-1], high[-1], f"{middle[-1]:.1f} %")


def _seconds(axes: "Axes", weeks: Sequence[WeekFigures]) -> None:
    _frame(axes, weeks, "Median review (target: 10 s)")
    known = ((place, week.median_seconds) for place, week in enumerate(weeks))
    seen = {place: seconds for place, seconds in known if seconds is not None}
    if not seen:
        _say_nothing(axes)
        return
    axes.axhline(TARGET_SECONDS, color=_QUIET, linewidth=0.8, linestyle=(0, (4, 3)))
    _line(axes, seen, len(weeks))
    axes.set_ylim(0, max(*seen.values(), 1.2 * TARGET_SECONDS) * 1.15)
    axes.yaxis.set_major_formatter("{x:.0f} s")
    last = max(seen)
    _name_last(axes, last, seen[last], about_seconds(seen[last]))


def _line(axes: "Axes", seen: Mapping[int, float], weeks: int) -> None:
    """A week without a figure leaves a gap."""
    ys = [seen.get(place, float("nan")) for place in range(weeks)]
    axes.plot(range(weeks), ys, color=_LINE, linewidth=1.6, marker="o", markersize=3.5)


def _frame(axes: "Axes", weeks: Sequence[WeekFigures], title: str) -> None:
    axes.set_title(title, loc="left", fontsize=10, color=_INK, fontweight="bold")
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.spines["bottom"].set_color(_BAND)
    axes.tick_params(length=0, labelsize=8, colors=_QUIET)
    axes.grid(axis="y", color="#ececec", linewidth=0.8)
    axes.set_axisbelow(True)
    shown = range(len(weeks) - 1, -1, -4)
    axes.set_xticks(list(shown), [f"{weeks[at].monday.day} {weeks[at].monday:%b}" for at in shown])
    axes.set_xlim(-0.6, max(len(weeks) - 0.4, 1))


def _name_last(axes: "Axes", place: int, value: float, words: str) -> None:
    axes.annotate(
        words, (place, value), xytext=(0, 7), textcoords="offset points",
        ha="right", fontsize=9, color=_INK, fontweight="bold",
        bbox={"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8},
    )  # fmt: skip


def _say_nothing(axes: "Axes") -> None:
    axes.set_yticks([])
    axes.text(0.5, 0.5, "nothing yet", transform=axes.transAxes, ha="center", color=_QUIET)
