"""Waking those who wait: a topic is rung after the commit that changed it, never before."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

OUTBOX = "outbox"


def case_topic(case_id: int) -> str:
    """The topic rung when a case changes."""
    return f"case:{case_id}"


class Bell:
    """Topics and the events of those who listen; lives on one event loop."""

    def __init__(self) -> None:
        self._listeners: defaultdict[str, set[asyncio.Event]] = defaultdict(set)
        self.silenced = False
        """Set when the service stops: nobody should begin to wait."""

    @contextmanager
    def listening(self, topic: str) -> Iterator[asyncio.Event]:
        """An event set at each ring; look at the database after entering, then wait."""
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
        self.ring(list(self._listeners))

    def ring(self, topics: Iterable[str]) -> None:
        """Wake everyone who listens to any of the topics."""
        for topic in topics:
            for rung in self._listeners.get(topic, ()):
                rung.set()
