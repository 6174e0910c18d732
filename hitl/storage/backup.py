"""Copying a SQLite database while it is in use."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from hitl.errors import HitlError
from hitl.storage.engines import database_url, sqlite_file


class BackupRefused(HitlError):
    """No copy was made."""


def back_up(url: str, target: Path) -> int:
    """Write a consistent copy to ``target``, checked and on disk; its size in bytes.

    The copy shows one moment; writers go on meanwhile. Raises ``BackupRefused``.
    """
    address = database_url(url)
    if address.drivername != "sqlite":
        raise BackupRefused("this database is PostgreSQL: make the copy with pg_dump")
    source = sqlite_file(address)
    if not source.exists():
        raise BackupRefused(f"there is no database at {source}")
    try:
        if target.exists():
            raise BackupRefused(f"{target} exists already; name a new file")
        unfinished = target.with_name(f".{target.name}.unfinished")
        unfinished.unlink(missing_ok=True)
    except (OSError, ValueError) as error:
        raise BackupRefused(f"can't write {target}: {error}") from error
    try:
        _copy(source, unfinished)
        _check(unfinished)
        # Only a whole copy ever bears the name that was asked for.
        unfinished.rename(target)
    except (sqlite3.Error, OSError) as error:
        raise BackupRefused(f"can't copy {source} to {target}: {error}") from error
    finally:
        unfinished.unlink(missing_ok=True)
    return target.stat().st_size


def _copy(source: Path, target: Path) -> None:
    with closing(sqlite3.connect(source)) as connection:
        # One read transaction; unlike the page-wise copy it is not restarted by every writer.
        connection.execute("VACUUM INTO ?", (str(target),))
    with target.open("rb") as file:
        os.fsync(file.fileno())


def _check(copy: Path) -> None:
    with closing(sqlite3.connect(copy)) as connection:
        said = connection.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise BackupRefused(f"the copy is damaged: {said}")
