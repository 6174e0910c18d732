"""What the page is given to draw: figures, sentences, tables and pictures, as plain JSON.

Every picture has a table with the same numbers, for whoever can't see it.
"""

from collections.abc import Iterable, Sequence
from typing import Any

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
) -> Shape:
    """A part of the page; ``name`` is its anchor."""
    return {
        "name": name,
        "title": title,
        "says": list(says),
        "pictures": list(pictures),
        "table": table,
    }


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
    bare: Sequence[bool] | None = None,
) -> Shape:
    """A line with its interval as a band; None is a gap, and ``words`` says each in the table.

    ``bare`` says where the line goes on without its band.
    """
    bare = bare or [False] * len(values)
    banded = [None if alone else each for each, alone in zip(values, bare, strict=True)]
    return {
        "kind": "band",
        "title": title,
        "places": list(places),
        "low": [each and each.low for each in banded],
        "middle": [each and each.estimate for each in values],
        "high": [each and each.high for each in banded],
        "unit": unit,
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
