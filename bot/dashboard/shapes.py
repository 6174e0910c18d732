"""What the page is given to draw: figures, sentences, tables and pictures, as plain JSON.

Every picture has a table with the same numbers, for whoever can't see it.
"""

from collections.abc import Iterable, Sequence
from math import floor
from typing import Any

from bot.slack.cards.figures import share_words
from hitl.percent import percent
from hitl.statistics.calibration import Bin
from hitl.statistics.intervals import Interval

Shape = dict[str, Any]


def figure(title: str, value: str, detail: str = "") -> Shape:
    """One number at the top: what it is, how much, and how sure."""
    return {"title": title, "value": value, "detail": detail}


def section(
    name: str,
    title: str,
    *,
    says: Iterable[str] = (),
    pictures: Iterable[Shape] = (),
    table: Shape | None = None,
    notes: Iterable[Shape] = (),
) -> Shape:
    """A part of the page; ``name`` is its anchor."""
    return {
        "name": name,
        "title": title,
        "says": list(says),
        "pictures": list(pictures),
        "table": table,
        "notes": list(notes),
    }


def note(title: str, *, says: Iterable[str], level: str) -> Shape:
    """A box with a title and sentences; ``level`` is ``alarm`` or ``good``."""
    return {"title": title, "says": list(says), "level": level}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Shape:
    """Words in rows; the first column names the row."""
    return {"columns": list(columns), "rows": [list(row) for row in rows]}


def steps(title: str, rows: Iterable[tuple[str, int, str, int]]) -> Shape:
    """Bars under one another: name, number, what is said beside it, and how far indented."""
    drawn = [{"name": n, "number": k, "words": w, "level": level} for n, k, w, level in rows]
    return {"kind": "steps", "title": title, "rows": drawn}


def band(
    title: str,
    *,
    places: Sequence[str],
    values: Sequence[Interval | None],
    unit: str,
    words: Sequence[str],
    bare: bool = False,
    is_unfinished: bool = False,
) -> Shape:
    """A line with its interval as a band; None is a gap, and ``words`` says each in the table.

    A ``bare`` line has no band; of an unfinished one the last point may still move.
    """
    banded = [None] * len(values) if bare else values
    return {
        "kind": "band",
        "title": title,
        "places": list(places),
        "low": [each and each.low for each in banded],
        "middle": [each and each.estimate for each in values],
        "high": [each and each.high for each in banded],
        "unit": unit,
        "is_unfinished": is_unfinished,
        "table": table(["", title], zip(places, words, strict=True)),
    }


def bars(title: str, rows: Sequence[tuple[str, int]], *, noun: str) -> Shape:
    """How many of each."""
    return {
        "kind": "bars",
        "title": title,
        "places": [name for name, _ in rows],
        "values": [number for _, number in rows],
        "table": table(["", noun], ((name, f"{number:,}") for name, number in rows)),
    }


def lines(
    title: str,
    drawn: Sequence[tuple[str, Sequence[tuple[float, float]]]],
    *,
    now: Sequence[float],
    numbers: Shape,
) -> Shape:
    """Shares by threshold; ``now`` are the thresholds that hold, marked."""
    return {
        "kind": "lines",
        "title": title,
        "lines": [
            {"name": name, "points": [list(point) for point in points]} for name, points in drawn
        ],
        "now": list(now),
        "from": min((x for _, points in drawn for x, _ in points), default=0.0),
        "to": 1,
        "unit": "%",
        "table": numbers,
    }


def reliability(title: str, bins: Sequence[Bin]) -> Shape:
    """How often predictions of like confidence were right, beside how sure they were."""
    numbers = [(percent(each.confidence), _of(each)) for each in bins]
    return _reliability(
        title,
        [(each.confidence, each) for each in bins],
        names={"points": "found right"},
        numbers=table(["How sure", "How often right"], numbers),
    )


def reliability_moved(title: str, bins: Sequence[tuple[Bin, Bin]]) -> Shape:
    """The same before and after recalibration: what is found right stays, what is said moves."""
    numbers = [
        (percent(before.confidence), percent(after.confidence), _of(after))
        for before, after in bins
    ]
    return _reliability(
        title,
        [(before.confidence, after) for before, after in bins],
        names={"before": "as the model says", "points": "recalibrated"},
        numbers=table(["The model says", "Recalibrated", "Found right"], numbers),
    )


def _reliability(
    title: str, moves: Sequence[tuple[float, Bin]], *, names: Shape, numbers: Shape
) -> Shape:
    points = [
        {
            "before": before,
            "x": each.confidence,
            "y": each.right.estimate,
            "low": each.right.interval.low,
            "high": each.right.interval.high,
            "words": _of(each),
        }
        for before, each in moves
    ]
    seen = [min(before, each.confidence, each.right.interval.low) for before, each in moves]
    return {
        "kind": "reliability",
        "title": title,
        "points": points,
        "names": names,
        "from": max(0.0, floor(min([1.0, *seen]) * 10) / 10),
        "table": numbers,
    }


def _of(each: Bin) -> str:
    return f"{share_words(each.right)} of {each.right.total:,}"
