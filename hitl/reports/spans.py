"""Windows of time as rows to join with, and moments as the hours they lie in."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Float,
    Integer,
    cast,
    column,
    func,
    type_coerce,
    values,
)

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
    """Rows of (place, since, until) to join with, all of one use case.

    Its name is a constant and no column: PostgreSQL would join on it, and read all that it has.
    """

    use_case: str
    rows: CTE

    @property
    def c(self) -> Any:
        """The columns."""
        return self.rows.c


def spans_of(rows: Sequence[Span], *, name: str = "spans") -> Spans:
    """There must be one, and all must be of one use case."""
    [use_case] = {row.use_case for row in rows}
    given = values(column("place", Integer), column("since", Moment), column("until", Moment))
    return Spans(
        use_case, given.data([(row.place, row.since, row.until) for row in rows]).cte(name)
    )


def by_use_case(spans: Iterable[Span]) -> Iterator[list[Span]]:
    """The spans of each use case by themselves."""
    in_order = sorted(spans, key=lambda span: span.use_case)
    for _, together in groupby(in_order, key=lambda span: span.use_case):
        yield list(together)


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
