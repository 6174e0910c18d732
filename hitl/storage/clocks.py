"""The database's clock, which every process that shares the database goes by."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, text

from hitl.storage.moments import from_microseconds

Clock = Callable[[], datetime]
_ASKED = text("SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::bigint")
_ASK_TIMES = 3


def system_now() -> datetime:
    """This machine's clock: the database's too where that is a file on it."""
    return datetime.now(UTC)


class ServerClock:
    """A PostgreSQL server's clock, told without asking each time.

    It goes on from the last asking by this machine's monotonic clock, so the machine's own date
    does not matter. Two machines differ by at most half the time an answer takes.
    """

    def __init__(self, connection: Connection) -> None:
        self.ask(connection)

    def __call__(self) -> datetime:
        moment, at = self._known
        return moment + timedelta(seconds=time.monotonic() - at)

    def ask(self, connection: Connection) -> None:
        """Set it by the server; to be done regularly, since no two clocks run alike."""
        answers = [_answer(connection) for _ in range(_ASK_TIMES)]
        _, moment, at = min(answers)
        self._known = moment, at


def _answer(connection: Connection) -> tuple[float, datetime, float]:
    """How long the answer took, the server's moment, and the monotonic time it belongs to."""
    before = time.monotonic()
    microseconds: int = connection.execute(_ASKED).scalar_one()
    after = time.monotonic()
    return after - before, from_microseconds(microseconds), (before + after) / 2
