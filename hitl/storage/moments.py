"""Moments as columns: aware UTC in Python, microseconds since 1970 in the database.

An integer reads, compares and indexes the same on SQLite and PostgreSQL, so every statement that
does arithmetic on time is written once.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Dialect
from sqlalchemy.types import TypeDecorator

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
HOUR, DAY = 3_600_000_000, 86_400_000_000
"""In microseconds."""


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an aware moment."""
    return (moment - EPOCH) // _MICROSECOND


def from_microseconds(microseconds: int) -> datetime:
    """The aware UTC moment of a stored value."""
    return EPOCH + timedelta(microseconds=microseconds)


def whole_before(moment: datetime, unit: int) -> datetime:
    """The beginning of its hour or day of UTC; ``unit`` is how long that is."""
    return from_microseconds(to_microseconds(moment) // unit * unit)


def whole_after(moment: datetime, unit: int) -> datetime:
    """The next beginning of an hour or day of UTC, or the moment itself where it is one."""
    return from_microseconds(-(-to_microseconds(moment) // unit) * unit)


class Moment(TypeDecorator[datetime]):
    """An aware datetime; a naive one is refused by the subtraction from an aware epoch."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_microseconds(value)

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else from_microseconds(value)
