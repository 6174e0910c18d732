"""How connections are made: durable, checked, and with transactions that begin when we say so."""

import json
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from hitl.errors import HitlError

_SQLITE_SETTINGS = {
    "journal_mode": "WAL",
    # NORMAL would acknowledge before the log is on disk.
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
}


class UnusableDatabaseUrl(HitlError):
    """The database's address can't be used."""


def database_url(text: str) -> URL:
    """The parsed address; raises ``UnusableDatabaseUrl`` for anything but a file or PostgreSQL."""
    try:
        url = make_url(text)
    except ArgumentError:
        raise UnusableDatabaseUrl("not an address such as sqlite:///hitl.db") from None
    if url.drivername in {"postgresql", "postgresql+psycopg"}:
        return url.set(drivername="postgresql+psycopg")
    if url.drivername != "sqlite":
        raise UnusableDatabaseUrl(f"{url.drivername} is not supported; use sqlite or postgresql")
    if not url.database or url.database == ":memory:":
        raise UnusableDatabaseUrl("name a file, as in sqlite:///hitl.db: memory forgets decisions")
    return url


def writing_engine(text: str) -> Engine:
    """For verbs: one connection on SQLite, whose transactions take the write lock at once."""
    url = database_url(text)
    if url.drivername != "sqlite":
        return _create(url, pool_size=8, max_overflow=0, pool_pre_ping=True)
    engine = _create(url, pool_size=1, max_overflow=0)
    _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", settings=_SQLITE_SETTINGS)
    return engine


def reading_engine(text: str, *, connections: int) -> Engine:
    """For queries: each transaction is one snapshot that can't write."""
    url = database_url(text)
    if url.drivername != "sqlite":
        options = {"postgresql_readonly": True, "isolation_level": "REPEATABLE READ"}
        engine = _create(url, pool_size=connections, max_overflow=0, pool_pre_ping=True)
        return engine.execution_options(**options)
    engine = _create(url, pool_size=connections, max_overflow=0)
    _prepare_sqlite(engine, begin="BEGIN", settings=_SQLITE_SETTINGS | {"query_only": "ON"})
    return engine


def _create(url: URL, **options: Any) -> Engine:
    return create_engine(url, json_serializer=_to_json, **options)


def _to_json(value: Any) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _prepare_sqlite(engine: Engine, *, begin: str, settings: dict[str, str]) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver would begin late and only for some statements; "begin" below does it for all.
        connection.isolation_level = None
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name} = {value}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
