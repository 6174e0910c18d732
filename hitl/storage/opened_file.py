"""Whether an SQLite file still lies where it was opened."""

import os
from pathlib import Path

from sqlalchemy import Connection

from hitl.storage.failures import StorageUnavailable


class OpenedFile:
    """The file a connection writes to.

    One that is deleted or replaced stays open, and takes whatever is committed with it when the
    process ends.
    """

    def __init__(self, connection: Connection) -> None:
        named = connection.exec_driver_sql("PRAGMA database_list").mappings()
        self._path = next(Path(each["file"]) for each in named if each["name"] == "main")
        self._identity = self._found()

    def require_in_place(self) -> None:
        """Raises ``StorageUnavailable`` where something else lies there now, or nothing."""
        if self._found() != self._identity:
            raise StorageUnavailable(
                f"{self._path} was moved, replaced or deleted while the service had it open, so"
                " nothing more is stored; put it where it belongs and start the service again"
            )

    def _found(self) -> tuple[int, int] | None:
        try:
            status = os.stat(self._path)  # noqa: PTH116 - for each transaction, in half the time
        except OSError:
            return None
        return status.st_dev, status.st_ino
