"""How connections are made: durable, checked, and with transactions that begin when we say so."""

import json
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from sqlalchemy import Engine, NullPool, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from hitl.errors import HitlError

_SQLITE_SETTINGS = {
    "journal_mode": "WAL",
    # NORMAL would acknowledge before the log is on disk.
    "synchronous": "FULL",
    "foreign_keys": "ON",
    "busy_timeout": "5000",
    # What is erased is to be gone from the file, too.
    "secure_delete": "ON",
}
# Before 3.51.3, a connection that writes while another one writes the log back can corrupt the file
# (sqlite.org/wal.html, the WAL-reset bug). So one connection of the service does both, and whoever
# works beside it leaves the log alone: it is written back by the last who closes the file.
_LEAVES_THE_LOG = {"wal_autocheckpoint": "0"}
_SQLITE_READER_SETTINGS = _SQLITE_SETTINGS | _LEAVES_THE_LOG | {"query_only": "ON"}
_SQLITE_WITHOUT_RESET_BUG = (3, 51, 3)

# A server that vanishes without a word is noticed after 15 seconds, not hours. The address can
# say otherwise.
_POSTGRESQL_OPTIONS = {
    "application_name": "hitl",
    # Whatever PGCLIENTENCODING or the server's settings say.
    "client_encoding": "UTF8",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "1",
    "tcp_user_timeout": "15000",
}
# No question is worth compiling a plan or beginning workers for, each takes milliseconds; and pages
# are found by index about as fast as in a row, on any disk of today.
_POSTGRESQL_PLANNING = """
    set_config('jit', 'off', false),
    set_config('max_parallel_workers_per_gather', '0', false),
    set_config('random_page_cost', '1.1', false)
"""
_POSTGRESQL_SETTINGS = f"""
SELECT
    -- A replica that is stopped in the middle of a verb must not keep its locks.
    set_config('idle_in_transaction_session_timeout', '10s', false),
    set_config('lock_timeout', '5s', false),
    -- Off would acknowledge before the log is on disk; what is stricter than on may stay.
    set_config('synchronous_commit', replace(current_setting('synchronous_commit'), 'off', 'on'),
               false),{_POSTGRESQL_PLANNING}"""
_POSTGRESQL_READER_SETTINGS = f"SELECT{_POSTGRESQL_PLANNING}"


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
    if "\x00" in url.database:
        raise UnusableDatabaseUrl("no file's name holds the character U+0000")
    _require_readable_options(url)
    return url


def _require_readable_options(url: URL) -> None:
    try:
        url.get_dialect()().create_connect_args(url)
    except (ValueError, ArgumentError) as error:
        raise UnusableDatabaseUrl(f"what follows its ? can't be read: {error}") from None


def is_sqlite(url: URL) -> bool:
    """Whether it is a file, used by this process alone, and not a server that others use too."""
    return url.drivername == "sqlite"


def sqlite_file(url: URL) -> Path:
    """Where the file lies, also where the address is one of SQLite's own, ``file:…?mode=ro``."""
    (name, *_), options = url.get_dialect()().create_connect_args(url)
    return Path(unquote(urlsplit(name).path) if options.get("uri") else name)


def writing_engine(text: str, *, connections: int = 1, is_beside: bool = False) -> Engine:
    """For verbs; one connection on SQLite, whose transactions take the write lock at once.

    ``is_beside`` a service that may run, and alone writes SQLite's log back.
    """
    url = database_url(text)
    if is_sqlite(url):
        engine = _create(url, pool_size=1, max_overflow=0)
        settings = _SQLITE_SETTINGS | (_LEAVES_THE_LOG if is_beside else {})
        _prepare_sqlite(engine, begin="BEGIN IMMEDIATE", settings=settings)
        return engine
    # The verbs' conditional statements look again after waiting, as READ COMMITTED lets them.
    engine = _create(url, pool_size=connections, max_overflow=0, isolation_level="READ COMMITTED")
    _prepare_postgresql(engine)
    return engine


def reading_engine(text: str, *, connections: int) -> Engine:
    """For queries: each transaction is one snapshot that can't write."""
    url = database_url(text)
    if is_sqlite(url):
        engine = _create(url, pool_size=connections, max_overflow=0)
        _prepare_sqlite(engine, begin="BEGIN", settings=_SQLITE_READER_SETTINGS)
        return engine
    engine = _create(url, pool_size=connections, max_overflow=0, isolation_level="REPEATABLE READ")

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute(_POSTGRESQL_READER_SETTINGS)
        connection.autocommit = False
        connection.read_only = True

    return engine


def signalling_engine(text: str) -> Engine:
    """For LISTEN and NOTIFY on PostgreSQL: each statement by itself, no connection kept."""
    return _create(database_url(text), poolclass=NullPool, isolation_level="AUTOCOMMIT")


def sqlite_version_note(version: str = sqlite3.sqlite_version) -> str | None:
    """What an operator should know of this SQLite; None when there is nothing to say."""
    if tuple(int(part) for part in version.split(".")) >= _SQLITE_WITHOUT_RESET_BUG:
        return None
    return (
        f"SQLite {version} has the WAL-reset bug that 3.51.3 repaired: it can corrupt a database"
        " that several connections write at once. This service writes on one connection only, so"
        " it is safe as long as no other program writes to the file."
    )


def _create(url: URL, **options: Any) -> Engine:
    usual = {} if is_sqlite(url) else _POSTGRESQL_OPTIONS
    given = {name: value for name, value in usual.items() if name not in url.query}
    return create_engine(url, connect_args=given, json_serializer=to_json, **options)


# Made once: ``json.dumps`` makes one for each call that asks for anything unusual.
to_json = json.JSONEncoder(separators=(",", ":"), allow_nan=False).encode


def _prepare_sqlite(engine: Engine, *, begin: str, settings: dict[str, str]) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        # The driver would begin late and only for some statements; below it is done for all.
        connection.isolation_level = None
        for name, value in settings.items():
            connection.execute(f"PRAGMA {name} = {value}")

    def begin_transaction(connection: Any) -> None:
        connection.cursor().execute(begin)

    # An event "begin" would do the same, and make every statement look for events.
    engine.dialect.do_begin = begin_transaction  # type: ignore[assignment, method-assign]


def _prepare_postgresql(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.autocommit = True
        connection.execute(_POSTGRESQL_SETTINGS)
        connection.autocommit = False
