"""What all tables have in common, and kinds of column."""

from typing import Any

from sqlalchemy import JSON, BigInteger, Column, Integer
from sqlmodel import Field, SQLModel


class Row(SQLModel):
    """Of any table; statements need its columns alone, so what would validate it is not built."""

    model_config = {"defer_build": True}


# SQLite counts rows only in a column declared exactly INTEGER PRIMARY KEY.
BIG_ID = BigInteger().with_variant(Integer(), "sqlite")
# Plain JSON on PostgreSQL too: JSONB would reorder what callers get echoed back.
# none_as_null: an absent value is NULL, never the JSON text "null".
_JSON = JSON(none_as_null=True)


def row_id() -> Any:
    """Counted by the database."""
    return Field(default=None, sa_column=Column(BIG_ID, primary_key=True, autoincrement=True))


def id_of_case(**column: Any) -> Any:
    """The case that a row belongs to."""
    return Field(sa_type=BigInteger, foreign_key="cases.id", **column)


def json_column(*, nullable: bool = True) -> Any:
    """Any JSON value."""
    return Field(default=None, sa_column=Column(_JSON, nullable=nullable))
