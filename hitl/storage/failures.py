"""What a failure of the database means: a mistake of the verb, a passing one, or one to be told."""

import time
from collections.abc import Callable
from typing import TypeVar

from sqlalchemy.exc import (
    DataError,
    DBAPIError,
    IntegrityError,
    NotSupportedError,
    ProgrammingError,
)

from hitl.errors import HitlError

T = TypeVar("T")
MISTAKES = (DataError, IntegrityError, NotSupportedError, ProgrammingError)
"""What a statement or its values did wrong; any other error is about the database itself."""

_VICTIM_OF_OTHERS = {"40001", "40P01"}
"""PostgreSQL undid it for the sake of others: serialization failure, deadlock."""
_HELD_UP = "55P03"
"""PostgreSQL's lock_timeout."""
_TRIES = 5
_PAUSE_SECONDS = 0.02


class StorageUnavailable(HitlError):
    """The database can't be reached or written; nothing was stored, unless ``may_be_stored``.

    ``may_be_stored`` is set when it was the commit that got no answer: it may have arrived. Ask
    again: a verb that names what it changes (a case by its key, an outcome by its case, a row by
    its lease) finds what is stored and changes it no further; a remark may then stand twice.
    """

    def __init__(self, message: str, *, may_be_stored: bool = False) -> None:
        super().__init__(message)
        self.may_be_stored = may_be_stored


def tried(attempt: Callable[[], T]) -> T:
    """What the attempt returns; made again where it was undone and may well go through.

    So it is for the victim of a deadlock, and for a connection found dead. Raises
    ``StorageUnavailable``, and mistakes as they are.
    """
    tries_left = _TRIES
    while True:
        tries_left -= 1
        try:
            return attempt()
        except MISTAKES:
            raise
        except DBAPIError as error:
            if tries_left == 0 or not (error.connection_invalidated or is_undone(error)):
                words = f"The database can't be used right now: {error.orig}"
                raise StorageUnavailable(words) from error
            # Lets those go first to whom it was sacrificed.
            time.sleep(_PAUSE_SECONDS)


def was_held_up(error: StorageUnavailable) -> bool:
    """Whether it waited in vain for what somebody else had locked: others may go through."""
    cause = error.__cause__
    return isinstance(cause, DBAPIError) and getattr(cause.orig, "sqlstate", None) == _HELD_UP


def is_undone(error: DBAPIError) -> bool:
    """Whether the database itself says that it took back the whole transaction."""
    return getattr(error.orig, "sqlstate", None) in _VICTIM_OF_OTHERS
