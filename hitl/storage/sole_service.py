"""That one service alone works on an SQLite file, which commands may write to beside it."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from hitl.storage.engines import database_url, is_sqlite, sqlite_file
from hitl.storage.migrate import DatabaseUnusable


@contextmanager
def sole_service(url: str) -> Iterator[None]:
    """Keep other services off the file while the block runs; PostgreSQL takes any number of them.

    Two that write the log back at once can damage the file (the WAL-reset bug), and one's waiting
    callers would not hear of what the other decides. Raises ``DatabaseUnusable``.
    """
    address = database_url(url)
    if not is_sqlite(address):
        yield
        return
    file = sqlite_file(address).resolve()
    # Beside the file, whose own locks are SQLite's. It stays: who removed it might remove one that
    # somebody has opened since.
    beside = file.with_name(f"{file.name}-service")
    try:
        lock = os.open(beside, os.O_CREAT | os.O_RDWR, 0o666)
    except OSError as error:
        raise DatabaseUnusable(f"can't open {beside}: {error.strerror}") from error
    try:
        _lock(lock, file)
        yield
    finally:
        os.close(lock)


def _lock(lock: int, file: Path) -> None:
    # Where the system or the file's disk has no such locks, nothing watches over it.
    with suppress(ImportError, OSError):
        import fcntl  # noqa: PLC0415

        try:
            # Given back by the system however the process ends.
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise DatabaseUnusable(
                f"another hitl serve works on {file}: stop it first; for several at once, set"
                " HITL_DATABASE_URL to PostgreSQL"
            ) from None
