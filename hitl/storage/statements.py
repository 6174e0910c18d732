"""Statements both databases speak but SQLAlchemy spells once for each."""

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    bindparam,
    column,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from hitl.storage.moments import to_microseconds


@cache
def _insert_new(table: Table, dialect: str, *told: Column[Any]) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(*told)


_ONE: ColumnElement[int] = literal_column("1")
_NONE: ColumnElement[int] = literal_column("0")


def lacks(rows: Select[Any]) -> ColumnElement[bool]:
    """That there is none of ``rows``, which are looked up for each outer row when its turn comes.

    For a few of many outer rows: with "not exists", PostgreSQL would first read all rows that any
    of them could have, as if it went through them all.
    """
    found = rows.with_only_columns(_ONE).limit(1).scalar_subquery()
    # Not "is null", which PostgreSQL takes for rare.
    return func.coalesce(found, _NONE) != _ONE


def insert_new(connection: Connection, table: Table, values: dict[str, Any]) -> Any | None:
    """The primary key of the inserted row, or ``None`` where a unique row was already there.

    Of any number of callers at once exactly one inserts.
    """
    statement = _insert_new(table, connection.dialect.name, *table.primary_key)
    return connection.execute(statement, values).scalar()


def insert_all_new(
    connection: Connection, table: Table, rows: Sequence[dict[str, Any]], *told: Column[Any]
) -> Sequence[Row[Any]]:
    """What is ``told`` of each row that was not there already, in no order.

    Rows of one set of columns; callers at once must give them in one order, or they may wait for
    one another.
    """
    if not rows:
        return ()
    if connection.dialect.name == "sqlite":
        return connection.execute(_insert_new(table, "sqlite", *told), rows).all()
    statement = _insert_all_new(table, tuple(rows[0]), *told)
    return connection.execute(statement, {"rows": [_plain(row) for row in rows]}).all()


@cache
def _insert_all_new(table: Table, columns: tuple[str, ...], *told: Column[Any]) -> Any:
    """On PostgreSQL, whose driver reads a statement with a thousand places anew each time."""
    given = (
        func.json_to_recordset(bindparam("rows", type_=JSON))
        .table_valued(*(column(name, table.c[name].type) for name in columns))
        .render_derived(with_types=True)
    )
    insert = postgresql.insert(table).from_select(columns, select(*given.c))
    return insert.on_conflict_do_nothing().returning(*told)


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {
        name: to_microseconds(value) if isinstance(value, datetime) else value
        for name, value in row.items()
    }


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
