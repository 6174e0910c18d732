"""What processes on one PostgreSQL tell each other: which topics were just committed.

Told after the commit and beside it: NOTIFY inside the verbs' own transactions would make them
commit one after the other. Topics that gather meanwhile share a message.
"""

import logging
import secrets
import selectors
import socket
import threading
import time
from collections.abc import Iterable
from contextlib import suppress
from queue import Empty, SimpleQueue
from textwrap import wrap
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from hitl.storage.bell import Bell, is_local
from hitl.storage.clocks import ServerClock
from hitl.storage.engines import signalling_engine

if TYPE_CHECKING:
    import psycopg

log = logging.getLogger(__name__)

CHANNEL = "hitl"
_NOTIFY = text(f"SELECT pg_notify('{CHANNEL}', :message)")
_LONGEST_MESSAGE = 7_900
"""PostgreSQL takes fewer than 8,000 bytes; topics are ASCII words without spaces."""
_GATHER_SECONDS = 0.01
"""After each message: a busy process sends a hundred a second, not one for every verb."""
_SET_CLOCK_SECONDS = 10.0
_REDIAL_SECONDS = 2.0


class Replicas:
    """The line to the other processes: a thread with a connection of its own."""

    def __init__(self, url: str, *, bell: Bell, clock: ServerClock | None) -> None:
        """``clock`` is set by the server every few seconds for as long as the line stands."""
        self._bell = bell
        self._clock = clock
        self._name = secrets.token_hex(4)
        self._engine = signalling_engine(url)
        self._untold: SimpleQueue[str] = SimpleQueue()
        self._closing = threading.Event()
        self._woken, self._wake = socket.socketpair()
        self._woken.settimeout(0)
        self._wake.settimeout(0)
        self._thread = threading.Thread(target=self._run, name="hitl-replicas", daemon=True)
        self._thread.start()

    def tell(self, topics: Iterable[str]) -> None:
        """Ring the topics in every other process; lost while the line is down."""
        for topic in topics:
            if not is_local(topic):
                self._untold.put(topic)
                self._nudge()

    def close(self) -> None:
        """Hang up."""
        self._closing.set()
        self._nudge()
        self._thread.join()
        self._woken.close()
        self._wake.close()

    def _nudge(self) -> None:
        with suppress(BlockingIOError):  # full of nudges: the thread is about to wake
            self._wake.send(b".")

    def _run(self) -> None:
        import psycopg  # noqa: PLC0415 - a service on SQLite does without it

        was_down = False
        while not self._closing.is_set():
            try:
                with self._engine.connect() as connection:
                    self._converse(connection, after_silence=was_down)
            except (DBAPIError, psycopg.Error) as error:
                log.warning(
                    "Other replicas can't be heard: %s", error, extra={"key": "replicas.lost"}
                )
                was_down = True
                self._gathered()
                self._closing.wait(_REDIAL_SECONDS)

    def _converse(self, connection: Connection, *, after_silence: bool) -> None:
        """Say and hear until closed; raises what ends the line."""
        driver: Any = connection.connection.driver_connection
        # Nobody waits for a message that a crash has lost.
        connection.execute(text("SET synchronous_commit = off"))
        connection.execute(text(f"LISTEN {CHANNEL}"))
        if after_silence:
            self._bell.ring_from_thread(None)
        set_clock_at = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(driver, selectors.EVENT_READ)
            selector.register(self._woken, selectors.EVENT_READ)
            while not self._closing.is_set():
                selector.select(_SET_CLOCK_SECONDS)
                self._say(connection)
                self._hear(driver)
                if self._clock is not None and time.monotonic() >= set_clock_at:
                    self._clock.ask(connection)
                    set_clock_at = time.monotonic() + _SET_CLOCK_SECONDS
                self._closing.wait(_GATHER_SECONDS)

    def _say(self, connection: Connection) -> None:
        room = _LONGEST_MESSAGE - len(self._name) - 1
        together = " ".join(sorted(self._gathered()))
        for part in wrap(together, room, break_long_words=False, break_on_hyphens=False):
            connection.execute(_NOTIFY, {"message": f"{self._name} {part}"})

    def _hear(self, driver: "psycopg.Connection[Any]") -> None:
        for notice in driver.notifies(timeout=0):
            sender, _, topics = notice.payload.partition(" ")
            if sender != self._name:
                self._bell.ring_from_thread(topics.split())

    def _gathered(self) -> set[str]:
        with suppress(BlockingIOError):
            self._woken.recv(4_096)
        topics: set[str] = set()
        with suppress(Empty):
            while True:
                topics.add(self._untold.get_nowait())
        return topics
