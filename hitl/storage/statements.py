"""Statements both databases speak but SQLAlchemy spells once for each."""

from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, func, select
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


def lock_free_name(connection: Connection, name: str) -> bool:
    """Whether nobody else has locked the name; then it is locked until this transaction ends.

    On SQLite, where one transaction writes at a time, it always is.
    """
    if connection.dialect.name == "sqlite":
        return True
    key = func.hashtextextended(name, 0)
    return bool(connection.execute(select(func.pg_try_advisory_xact_lock(key))).scalar_one())


def lock_name(connection: Connection, name: str) -> None:
    """Wait until nobody else has locked the name; then it is locked until this transaction ends.

    What the one before committed is then seen. On SQLite one transaction writes at a time anyway.
    """
    if connection.dialect.name != "sqlite":
        key = func.hashtextextended(name, 0)
        connection.execute(select(func.pg_advisory_xact_lock(key)))
