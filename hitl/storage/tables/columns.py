"""Where all tables belong, and the kinds of column that they have in common."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, ForeignKey, Integer, MetaData
from sqlalchemy.types import TypeEngine

metadata = MetaData()
"""Of tables for Core statements, not of classes: an ORM would only take start-up 0.2 s."""

# SQLite counts rows only in a column declared exactly INTEGER PRIMARY KEY.
BIG_ID = BigInteger().with_variant(Integer(), "sqlite")
# Plain JSON on PostgreSQL too: JSONB would reorder what callers get echoed back.
# none_as_null: an absent value is NULL, never the JSON text "null".
ANY_JSON = JSON(none_as_null=True)

_Kind = type[TypeEngine[Any]] | TypeEngine[Any]


def required(name: str, kind: _Kind, *more: ForeignKey, **options: Any) -> Column[Any]:
    """A value that every row has."""
    return Column(name, kind, *more, nullable=False, **options)


def optional(name: str, kind: _Kind, *more: ForeignKey) -> Column[Any]:
    """A value or NULL."""
    return Column(name, kind, *more, nullable=True)


def key(name: str, kind: _Kind) -> Column[Any]:
    """Of what the primary key consists."""
    return Column(name, kind, primary_key=True)


def row_id() -> Column[Any]:
    """Counted by the database."""
    return Column("id", BIG_ID, primary_key=True, autoincrement=True)


def id_of_case(**options: Any) -> Column[Any]:
    """The case that a row belongs to."""
    return required("case_id", BigInteger, ForeignKey("cases.id"), **options)
