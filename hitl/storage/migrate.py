"""Bringing a database to the tables this code knows, or refusing one from a later time."""

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Row, inspect, select, text, update
from sqlalchemy.exc import DBAPIError

from hitl.errors import HitlError
from hitl.storage.engines import writing_engine
from hitl.storage.tables import schema_version

if TYPE_CHECKING:
    from alembic.config import Config

CURRENT = 1
"""The newest migration this code knows; the number in its file's name."""

_UPGRADE_LOCK = 0x6869746C  # "hitl": replicas that start together upgrade one after the other


class DatabaseUnusable(HitlError):
    """The database can't be opened, written or understood."""


def prepare_database(url: str) -> None:
    """Create or upgrade the tables in one transaction; a database that is ready is left alone.

    Raises ``DatabaseUnusable`` when it can't be opened or written, or when it needs newer
    code than this.
    """
    engine = writing_engine(url)
    try:
        with engine.begin() as connection:
            if connection.dialect.name == "postgresql":
                # Another replica's upgrade may take longer than a verb would wait.
                connection.execute(text("SET LOCAL lock_timeout = 0"))
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_UPGRADE_LOCK})"))
            _bring_up(connection)
    except DBAPIError as error:
        shown = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnusable(f"can't use {shown}: {error.orig}") from error
    finally:
        engine.dispose()


def version_of(connection: Connection) -> int | None:
    """How far the tables are, None where there are none yet.

    Raises ``DatabaseUnusable`` where they need newer code than this, or can't hold every text.
    """
    _require_unicode(connection)
    found = _found(connection)
    if found is not None and found.minimum_compatible > CURRENT:
        raise DatabaseUnusable(
            f"this database is at version {found.version} and needs at least version"
            f" {found.minimum_compatible} of the tables; this program knows {CURRENT}."
            " Start the newer program, or restore a backup made before its upgrade."
        )
    return None if found is None else int(found.version)


def _require_unicode(connection: Connection) -> None:
    if connection.dialect.name != "postgresql":
        return
    encoding = connection.execute(text("SHOW server_encoding")).scalar_one()
    if encoding != "UTF8":
        raise DatabaseUnusable(
            f"this database is encoded as {encoding}, which can't hold every text: make one with"
            " CREATE DATABASE … TEMPLATE template0 ENCODING 'UTF8'"
        )


def _bring_up(connection: Connection) -> None:
    version = version_of(connection)
    if version is None or version < CURRENT:
        # Imported here: a database that is ready needs no migration tool at start-up.
        from alembic import command  # noqa: PLC0415

        command.upgrade(migration_config(connection), "head")
    else:
        _prove_writable(connection)


def _prove_writable(connection: Connection) -> None:
    """A change that is taken back: now is the time to learn that nothing can be stored."""
    with connection.begin_nested() as attempt:
        connection.execute(update(schema_version).values(id=schema_version.c.id))
        attempt.rollback()


def _found(connection: Connection) -> Row[Any] | None:
    if not inspect(connection).has_table(schema_version.name):
        return None
    return connection.execute(select(schema_version)).one()


def migration_config(connection: Connection) -> "Config":
    """Alembic's settings for migrations that run on ``connection``, inside its transaction."""
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", "hitl.storage:migrations")
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    return config
