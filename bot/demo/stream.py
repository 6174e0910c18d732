"""Sending the data sets through the HTTP API, as any caller would."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from bot.demo.data import Item
from bot.demo.reviewers import Known
from bot.demo.screen import Bar
from hitl.client import Answer, AsyncHitl
from hitl.lifecycle import WAITING
from hitl.vocabulary import RouteTo

_LOOK_AGAIN_SECONDS = 0.5
Gate = Callable[[], Awaitable[bool]]
"""Whether another prediction may be sent now."""


@dataclass(slots=True)
class Stream:
    """One data set on its way: what was sent, and what became of it."""

    items: Sequence[Item]
    bar: Bar
    known: dict[int, Known] = field(default_factory=dict)
    """Of every case, for some that stand are checked by people, too."""
    waiting: set[int] = field(default_factory=set)
    """The cases that wait for people."""
    escalated: int = 0
    stood: int = 0

    async def send(self, hitl: AsyncHitl, *, rate: float, gate: Gate) -> None:
        """Send everything, at most ``rate`` a second, as far as the gate lets it."""
        loop = asyncio.get_running_loop()
        for item in self.items:
            following = loop.time() + 1 / rate
            while not await gate():
                self.bar.note(f"{self._so_far}; decide some, and more come")
                await asyncio.sleep(_LOOK_AGAIN_SECONDS)
            self._count(await hitl.submit(**item.case), item)
            self.bar.advance(note=self._so_far)
            await asyncio.sleep(following - loop.time())

    @property
    def _so_far(self) -> str:
        return f"{self.stood} stood, {self.escalated} to people"

    def _count(self, answer: Answer, item: Item) -> None:
        self.known[answer.id] = Known(ai_label=answer.label, truth=item.truth)
        if answer.route_to is RouteTo.AUTO:
            self.stood += 1
            return
        self.escalated += 1
        if answer.state in WAITING:
            self.waiting.add(answer.id)
