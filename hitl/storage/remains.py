"""What a database's files still hold of rows that are gone, and how it leaves, too."""

from typing import Any

from sqlalchemy import Engine

from hitl.storage.failures import StorageUnavailable
from hitl.storage.tables import case_contents, notes, outbox, pictures, reviews

_TABLES = (case_contents, pictures, notes, reviews, outbox)


def clear_remains(engine: Engine) -> None:
    """Empty SQLite's log into the file, where deleted bytes are zeros; vacuum PostgreSQL's tables.

    On the one connection that writes, and with SQLite's write lock, so that nobody, a service or a
    command beside it, writes to the log meanwhile. Raises ``StorageUnavailable`` where somebody
    reads on, of a moment before.
    """
    connection = engine.raw_connection()
    try:
        if engine.dialect.name == "sqlite":
            is_held, *_ = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            if is_held:
                raise StorageUnavailable(
                    "What was erased is gone from every table, but not yet from the log beside the"
                    " database file, which something has been reading for long, such as a backup;"
                    " erase again once that is done"
                )
            return
        driver: Any = connection.driver_connection
        driver.autocommit = True
        for table in _TABLES:
            driver.execute(f"VACUUM {table.name}")
        driver.autocommit = False
    finally:
        connection.close()
