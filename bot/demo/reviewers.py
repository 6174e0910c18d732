"""Simulated reviewers: they see the cards, take their time, press buttons, and sometimes slip."""

import asyncio
import random
from collections.abc import Mapping
from dataclasses import dataclass

from bot.sandbox.person import Person
from bot.sandbox.seen import SeenMessage
from bot.slack import ids
from hitl.policy import UseCase
from hitl.vocabulary import Verdict

SLIP_RATE = 0.03
_FLAG_RATE = 0.02
_MEDIAN_SECONDS = 6.0
_SPREAD = 0.5
"""Of the logarithm of the seconds: people are sometimes quick and rarely very slow."""
_LOOK_EVERY_SECONDS = 0.5


@dataclass(frozen=True, slots=True)
class Known:
    """What the simulation knows of a case and the reviewer is about to see."""

    ai_label: str
    truth: str


@dataclass(slots=True)
class Desk:
    """One channel: its cards are handed out one by one to the people who review there."""

    channel: str
    use_case: UseCase
    known: Mapping[int, Known]
    people: tuple[Person, ...]
    speed: float
    """How many times faster than people the simulation runs."""
    decided: int = 0

    async def work(self, chance: random.Random) -> None:
        """Review whatever appears, until cancelled."""
        cards: asyncio.Queue[tuple[int, SeenMessage]] = asyncio.Queue()
        async with asyncio.TaskGroup() as group:
            group.create_task(self._hand_out(cards))
            for person in self.people:
                group.create_task(self._review(person, cards, random.Random(chance.random())))  # noqa: S311

    async def _hand_out(self, cards: asyncio.Queue[tuple[int, SeenMessage]]) -> None:
        handed_out: set[int] = set()
        while True:
            for message in await self.people[0].messages(self.channel):
                case_id = _waiting_case(message)
                if case_id is not None and case_id in self.known.keys() - handed_out:
                    handed_out.add(case_id)
                    cards.put_nowait((case_id, message))
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    async def _review(
        self,
        person: Person,
        cards: asyncio.Queue[tuple[int, SeenMessage]],
        chance: random.Random,
    ) -> None:
        while True:
            case_id, message = await cards.get()
            seconds = chance.lognormvariate(0, _SPREAD) * _MEDIAN_SECONDS
            await asyncio.sleep(seconds / self.speed)
            await self._decide(person, message, self.known[case_id], chance)
            self.decided += 1

    async def _decide(
        self, person: Person, message: SeenMessage, case: Known, chance: random.Random
    ) -> None:
        label = case.truth
        if chance.random() < SLIP_RATE:
            label = chance.choice([other for other in self.use_case.labels if other != label])
        verdict = self.use_case.verdict_for(label, case.ai_label)
        if label == self.use_case.label_for(Verdict.FLAG, case.ai_label):
            verdict = Verdict.FLAG if chance.random() < _FLAG_RATE else verdict
        if self.use_case.label_for(verdict, case.ai_label) is None:
            await person.choose(message, ids.REJECT_AS, label)
        else:
            await person.click(message, ids.decide(verdict))


def _waiting_case(message: SeenMessage) -> int | None:
    """The case a card asks about; None for any other message."""
    try:
        _, button = message.control(ids.decide(Verdict.APPROVE))
    except LookupError:
        return None
    return int(button["value"])
