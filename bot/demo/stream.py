"""Sending the data sets through the HTTP API, as any caller would."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from bot.demo.data import Item
from bot.demo.reviewers import Known
from bot.demo.screen import Bar
from hitl.client import Answer, AsyncHitl
from hitl.client.calls import WAITING
from hitl.vocabulary import RouteTo


@dataclass(slots=True)
class Stream:
    """One data set on its way: what was sent, and what became of it."""

    items: Sequence[Item]
    bar: Bar
    known: dict[int, Known] = field(default_factory=dict)
    """Of the cases that wait for people."""
    escalated: int = 0
    stood: int = 0

    async def send(self, hitl: AsyncHitl, *, rate: float) -> None:
        """Send everything, ``rate`` a second."""
        loop = asyncio.get_running_loop()
        start = loop.time()
        for number, item in enumerate(self.items):
            await asyncio.sleep(start + number / rate - loop.time())
            self._count(await hitl.submit(**item.case), item)
            self.bar.advance(note=f"{self.stood} stood, {self.escalated} to people")

    def _count(self, answer: Answer, item: Item) -> None:
        if answer.route_to is RouteTo.AUTO:
            self.stood += 1
            return
        self.escalated += 1
        if answer.state in WAITING:
            self.known[answer.id] = Known(ai_label=answer.label, truth=item.truth)
