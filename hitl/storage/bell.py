"""Waking those who wait: a topic is rung after the commit that changed it, never before.

A ring lowers latency and nothing more: one from another process can be lost, so whoever waits
looks for itself now and then.
"""

import asyncio
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress

_OUTBOX = "outbox:"
POLICY = "policy"
"""Rung when another policy is in force."""


def outbox_topic(receiver: str) -> str:
    """The topic rung when something for the receiver, Slack or callers, may be taken."""
    return f"{_OUTBOX}{receiver}"


def is_local(topic: str) -> bool:
    """Whether it is rung in the process alone that announced it.

    What a process puts in the outbox it can deliver itself; waking the others as well would set
    them against each other for each row.
    """
    return topic.startswith(_OUTBOX)


def case_topic(case_id: int) -> str:
    """The topic rung when a case changes."""
    return f"case:{case_id}"


class Bell:
    """Topics and the events of those who listen; they live on one event loop."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self._loop: asyncio.AbstractEventLoop | None = None
        self.silenced = False
        """Set when the service stops: nobody should begin to wait."""

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """An event set at each ring; look at the database after entering, then wait."""
        self._loop = asyncio.get_running_loop()
        rung = asyncio.Event()
        self._listeners[topic].add(rung)
        try:
            yield rung
        finally:
            self._listeners[topic].discard(rung)
            if not self._listeners[topic]:
                del self._listeners[topic]

    def is_listened_to(self, topic: str) -> bool:
        """Whether anyone waits for the topic."""
        return topic in self._listeners

    def silence(self) -> None:
        """Wake everyone for the last time."""
        self.silenced = True
        self.ring_all()

    def ring(self, topics: Iterable[str]) -> None:
        """Wake everyone who listens to any of the topics."""
        for topic in topics:
            for rung in self._listeners.get(topic, ()):
                rung.set()

    def ring_all(self) -> None:
        """Wake everyone."""
        self.ring(list(self._listeners))

    def ring_from_thread(self, topics: Collection[str] | None) -> None:
        """``ring``, or ``ring_all`` for None, from a thread other than the event loop's."""
        heard = topics is None or any(self.is_listened_to(topic) for topic in topics)
        if self._loop is None or not heard:
            return
        with suppress(RuntimeError):  # the loop has closed, and nobody waits on it any more
            if topics is None:
                self._loop.call_soon_threadsafe(self.ring_all)
            else:
                self._loop.call_soon_threadsafe(self.ring, topics)
