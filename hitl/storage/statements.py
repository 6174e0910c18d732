"""Statements both databases speak but SQLAlchemy spells once for each."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


@cache
def _insert_new(table: Table, dialect: str) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(*table.primary_key)


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> Any | None:
    """The primary key of the inserted row, or ``None`` where a unique row was already there.

    Of any number of callers at once exactly one inserts.
    """
    return connection.execute(_insert_new(table, connection.dialect.name), values).scalar()
