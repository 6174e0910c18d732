"""Windows of time as rows to join with, and moments as the hours they lie in."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Float,
    Integer,
    String,
    bindparam,
    cast,
    func,
    text,
    type_coerce,
)
from sqlalchemy.types import TypeEngine

from hitl.storage.moments import HOUR, Moment


@dataclass(frozen=True, slots=True)
class Span:
    """``since <= t < until`` of a use case; ``place`` tells to which window it belongs."""

    place: int
    use_case: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Spans:
    """Rows of (place, since, until) to join with, all of one use case; ``given`` are their values.

    Its name is a constant and no column: PostgreSQL would join on it, and read all that it has.
    """

    use_case: BindParameter[str]
    rows: CTE

    @property
    def c(self) -> Any:
        """The columns."""
        return self.rows.c


_NAME = "of_use_case"
MOST_KEPT = 128
"""Spans of a statement that is likely to be asked again: a year of weeks has a few more than 52."""
_COLUMNS: Mapping[str, TypeEngine[Any]] = {
    "place": Integer(),
    "since": Moment(),
    "until": Moment(),
}


def spans_of(count: int, *, name: str = "spans", first: int = 0) -> Spans:
    """So many, for a statement that is made once: making one takes longer than a short answer.

    Of those that are ``given``, from the ``first`` on.
    """
    numbers = range(first, first + count)
    each = [[f"{name}_{number}_{column}" for column in _COLUMNS] for number in numbers]
    rows = ", ".join(f"({', '.join(f':{one}' for one in row)})" for row in each)
    named = ", ".join(f"column{at} AS {column}" for at, column in enumerate(_COLUMNS, start=1))
    # SQLAlchemy's own VALUES are compiled anew each time. And of these there may be any number,
    # while SQLite puts no more than 500 SELECTs together.
    found = text(f"SELECT {named} FROM (VALUES {rows}) AS given").bindparams(  # noqa: S608 - names
        *(
            bindparam(one, type_=kind)
            for row in each
            for one, kind in zip(row, _COLUMNS.values(), strict=True)
        )
    )
    return Spans(bindparam(_NAME, type_=String), found.columns(**_COLUMNS).cte(f"{name}_{first}"))


def found_apart(connection: Connection, count: int, *, statements: int = 1) -> bool:
    """Whether so many spans are better asked for one by one, in parts of one statement.

    PostgreSQL finds what lies in one by an index, as it knows its begin and end; for several it
    reads everything, which takes no longer than to plan very many apart.
    """
    return connection.dialect.name == "postgresql" and count <= statements * MOST_KEPT


def spans_in_parts(count: int, *, name: str = "spans", is_apart: bool) -> list[Spans]:
    """So many, all together or each apart."""
    if not is_apart:
        return [spans_of(count, name=name)]
    return [spans_of(1, name=name, first=number) for number in range(count)]


def given(rows: Sequence[Span], *, name: str = "spans") -> dict[str, Any]:
    """What to ask such a statement with; there must be a span, and all of one use case."""
    [use_case] = {row.use_case for row in rows}
    values = {
        f"{name}_{number}_{column}": getattr(row, column)
        for number, row in enumerate(rows)
        for column in _COLUMNS
    }
    return {_NAME: use_case, **values}


def padded(rows: Sequence[Span]) -> list[Span]:
    """With empty ones, so that there are few different counts of them, and as many statements."""
    count = 1 << (len(rows) - 1).bit_length()
    if count > MOST_KEPT:
        return list(rows)
    nothing = replace(rows[-1], since=rows[-1].until)
    return [*rows, *[nothing] * (count - len(rows))]


def by_use_case(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The spans of each use case by themselves, no more at once than statements are kept for.

    PostgreSQL takes 65,535 values in a statement, and no change is to be too large to be counted.
    """
    in_order = sorted(spans, key=lambda span: span.use_case)
    for _, together in groupby(in_order, key=lambda span: span.use_case):
        own = list(together)
        for start in range(0, len(own), MOST_KEPT):
            yield own[start : start + MOST_KEPT]


def hour_of(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """The hour of UTC in which it lies."""
    microseconds = type_coerce(moment, BigInteger)
    return type_coerce(microseconds - microseconds % HOUR, Moment)


def total(measure: ColumnElement[Any]) -> ColumnElement[Any]:
    """Its sum; one of BIGINT would be NUMERIC on PostgreSQL, which Python gets as a Decimal."""
    summed = func.sum(measure)
    return summed if isinstance(measure.type, Float) else cast(summed, BigInteger)


def before(moment: ColumnElement[Any]) -> ColumnElement[Any]:
    """The last moment before: a tally belongs to the hour that it ends."""
    return type_coerce(type_coerce(moment, BigInteger) - 1, Moment)
