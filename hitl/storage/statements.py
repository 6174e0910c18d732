"""Statements both databases speak but SQLAlchemy spells once for each."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    Table,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from hitl.storage.engines import to_json


@cache
def _insert_new(table: Table, dialect: str, *told: Column[Any]) -> Any:
    insert = sqlite.insert if dialect == "sqlite" else postgresql.insert
    return insert(table).on_conflict_do_nothing().returning(*told)


_PLAIN = sqlite.dialect(json_serializer=to_json)
"""What has no types but numbers and text."""
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


def insert_all(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert rows of one set of columns, which names all that the database does not fill itself.

    SQLAlchemy's way to write many rows costs more than storing them.
    """
    if not rows:
        return
    columns = tuple(rows[0])
    plain = [_plain(table, columns)(row) for row in rows]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(_for_sqlite(table, columns), plain)
    else:
        connection.exec_driver_sql(_for_postgresql(table, columns), _as_one(columns, plain))


def insert_all_new(
    connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]], *told: Column[Any]
) -> Sequence[Row[Any]]:
    """What is ``told`` of each row that was not there already, in no order.

    Rows as ``insert_all`` takes them; callers at once must give them in one order, or they may
    wait for one another.
    """
    if not rows:
        return ()
    columns = tuple(rows[0])
    plain = [_plain(table, columns)(row) for row in rows]
    told_of = f" ON CONFLICT DO NOTHING RETURNING {_listed(column.name for column in told)}"
    if connection.dialect.name == "sqlite":
        # In one statement: its driver drops what comes back from one that runs for each row.
        text, values = _for_sqlite(table, columns, count=len(rows)), tuple(chain(*plain))
        return connection.exec_driver_sql(text + told_of, values).all()
    text = _for_postgresql(table, columns)
    return connection.exec_driver_sql(text + told_of, _as_one(columns, plain)).all()


@cache
def _plain(
    table: Table, columns: tuple[str, ...]
) -> Callable[[Mapping[str, Any]], tuple[Any, ...]]:
    """What makes of a row its values as numbers and text, in the order of ``columns``."""
    types = [table.c[name].type.dialect_impl(_PLAIN) for name in columns]
    converters = [(place, kind.bind_processor(_PLAIN)) for place, kind in enumerate(types)]
    needed = [(place, convert) for place, convert in converters if convert is not None]

    def values_of(row: Mapping[str, Any]) -> tuple[Any, ...]:
        values = [row[name] for name in columns]
        for place, convert in needed:
            values[place] = convert(values[place])
        return tuple(values)

    return values_of


@lru_cache
def _for_sqlite(table: Table, columns: tuple[str, ...], *, count: int = 1) -> str:
    """For so many rows."""
    places = f"({', '.join('?' * len(columns))})"
    rows = ", ".join([places] * count)
    return f"INSERT INTO {table.name} ({_listed(columns)}) VALUES {rows}"  # noqa: S608 - our names


@cache
def _for_postgresql(table: Table, columns: tuple[str, ...]) -> str:
    """With one place, for its driver reads a statement with a thousand of them anew each time."""
    is_json = {name: isinstance(table.c[name].type, JSON) for name in columns}
    # JSON within JSON would not do: there the server looks into text that it stores as it comes.
    given = ", ".join(
        f"{_quoted(name)} {'TEXT' if is_json[name] else table.c[name].type}" for name in columns
    )
    values = ", ".join(f"{_quoted(name)}{'::JSON' * is_json[name]}" for name in columns)
    return (
        f"INSERT INTO {table.name} ({_listed(columns)}) SELECT {values}"  # noqa: S608 - our names
        f" FROM json_to_recordset(%(rows)s::JSON) AS given ({given})"
    )


def _as_one(columns: Sequence[str], plain: Iterable[Sequence[Any]]) -> dict[str, str]:
    return {"rows": to_json([dict(zip(columns, values, strict=True)) for values in plain])}


_quoted = _PLAIN.identifier_preparer.quote


def _listed(names: Iterable[str]) -> str:
    return ", ".join(map(_quoted, names))


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
