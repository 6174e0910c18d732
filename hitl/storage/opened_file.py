"""Whether an SQLite file still lies where it was opened."""

import os

from sqlalchemy import Connection

from hitl.storage.failures import StorageUnavailable

_PARTS = ("", "-wal", "-shm")
"""What is committed lies in the log until it is copied into the file; through the last, others
who open the file find out what is in the log."""


class OpenedFile:
    """The file a connection writes to, with what SQLite keeps beside it.

    One that is deleted or replaced stays open, and takes whatever is committed with it when the
    process dies.
    """

    def __init__(self, connection: Connection) -> None:
        """``connection`` is in a transaction, so that the log is there."""
        named = connection.exec_driver_sql("PRAGMA database_list").mappings()
        path = next(each["file"] for each in named if each["name"] == "main")
        self._identities = {path + part: _found(path + part) for part in _PARTS}

    def require_in_place(self) -> None:
        """Raises ``StorageUnavailable`` where something else lies there now, or nothing."""
        for path, identity in self._identities.items():
            if _found(path) != identity:
                raise StorageUnavailable(
                    f"{path} was moved, replaced or deleted while the service had it open, so"
                    " nothing more is stored; put it where it belongs, or end the service by"
                    " SIGTERM, so that it writes back what it has, and start it again"
                )


def _found(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116 - for each transaction, in half the time
    except OSError:
        return None
    return status.st_dev, status.st_ino
