"""Simulated reviewers: they see the cards, take their time, press buttons, and sometimes slip."""

import asyncio
import random
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.sandbox.person import Person
from bot.sandbox.seen import Seen, SeenMessage, SeenView
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
    """One channel, and the people who review what appears there or what its queue card serves."""

    channel: str
    use_case: UseCase
    known: Mapping[int, Known]
    told: Mapping[str, Known]
    """By its title, what is mixed in as a case that the simulation has not sent."""
    people: tuple[Person, ...]
    speed: float
    """How many times faster than people the simulation runs."""
    decided: set[int] = field(default_factory=set)
    _handed_out: set[int] = field(default_factory=set)
    _met: set[tuple[str, str]] = field(default_factory=set)
    """Who has answered what of the told: nobody is to answer such an item twice."""

    async def work(self, chance: random.Random) -> None:
        """Review whatever appears, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for person in self.people:
                group.create_task(self._review(person, random.Random(chance.random())))  # noqa: S311

    async def _review(self, person: Person, chance: random.Random) -> None:
        while True:
            case_id, shown = await self._next_card(person)
            seconds = chance.lognormvariate(0, _SPREAD) * _MEDIAN_SECONDS
            await asyncio.sleep(seconds / self.speed)
            case = self._known(case_id, shown, person)
            if case is not None:
                await self._decide(person, shown, case, chance)
                self._met |= {(person.id, title) for title in self._titles(shown)}
            self.decided.add(case_id)

    async def _next_card(self, person: Person) -> tuple[int, SeenMessage | SeenView]:
        """The case they have in review mode, or a card that nobody else looks at."""
        while True:
            # What review mode shows is theirs, whoever looks at its case elsewhere.
            for view in await person.views():
                case_id = _waiting_case(view)
                if case_id is not None and self._known(case_id, view, person):
                    self._handed_out.add(case_id)
                    return case_id, view
            messages = await person.messages(self.channel)
            for message in messages:
                case_id = _waiting_case(message)
                if case_id is None or case_id in self._handed_out:
                    continue
                if self._known(case_id, message, person):
                    self._handed_out.add(case_id)
                    return case_id, message
            for message in messages:
                if _has(message, ids.START_REVIEWING):
                    await person.click(message, ids.START_REVIEWING)
            await asyncio.sleep(_LOOK_EVERY_SECONDS)

    def _known(self, case_id: int, shown: Seen, person: Person) -> Known | None:
        """What the person goes by; None for what is not theirs to answer."""
        if case_id in self.known:
            return self.known[case_id]
        news = (title for title in self._titles(shown) if (person.id, title) not in self._met)
        return next((self.told[title] for title in news), None)

    def _titles(self, shown: Seen) -> list[str]:
        """Of the told, which one is shown."""
        return [title for title in self.told if re.search(rf"\b{title}\b", shown.words)]

    async def _decide(
        self, person: Person, shown: SeenMessage | SeenView, case: Known, chance: random.Random
    ) -> None:
        label = case.truth
        if chance.random() < SLIP_RATE:
            label = chance.choice([other for other in self.use_case.labels if other != label])
        verdict = self.use_case.verdict_for(label, case.ai_label)
        if label == self.use_case.label_for(Verdict.FLAG, case.ai_label):
            verdict = Verdict.FLAG if chance.random() < _FLAG_RATE else verdict
        blind = ids.label_button(list(self.use_case.labels).index(label))
        if _has(shown, blind):
            await person.click(shown, blind)
        elif self.use_case.label_for(verdict, case.ai_label) is None:
            await person.choose(shown, ids.REJECT_AS, label)
        else:
            await person.click(shown, ids.decide(verdict))


def _waiting_case(shown: Seen) -> int | None:
    """The case that is asked about; None where none is."""
    for first in (ids.decide(Verdict.APPROVE), ids.label_button(0)):
        if _has(shown, first):
            case_id, _ = ids.choice(shown.control(first)[1]["value"])
            return case_id
    return None


def _has(shown: Seen, action_id: str) -> bool:
    try:
        shown.control(action_id)
    except LookupError:
        return False
    return True
