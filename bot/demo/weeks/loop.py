"""Ten weeks of a model that learns: each through the real API, label export and timetable hook."""

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import httpx
import numpy as np

from bot.demo.weeks.data import Digits, Items, as_case
from bot.demo.weeks.model import Judged, Model, judge
from bot.scheduler.retraining import retrain_due, retraining_jobs
from bot.scheduler.timetable import Timetable
from hitl.client import Answer, AsyncHitl, HitlRefused
from hitl.errors import HitlError
from hitl.learning.runs import RunState, latest_runs
from hitl.lifecycle import WAITING
from hitl.policy import Policy
from hitl.storage.clocks import system_now
from hitl.storage.database import Database

SLIP_RATE = 0.03
_REVIEWERS = ("ana", "ben")
_A_WEEK = timedelta(weeks=1)


class LoopBroken(HitlError):
    """A week went wrong; the message says how."""


class WeekClock:
    """This machine's clock, some weeks ahead."""

    def __init__(self) -> None:
        self._ahead = timedelta()

    def __call__(self) -> datetime:
        return system_now() + self._ahead

    def next_week(self) -> None:
        """A week passes at once."""
        self._ahead += _A_WEEK


@dataclass(frozen=True, slots=True)
class Week:
    """Where things stood when it began: the model's, and that of as many labels at random."""

    number: int
    labels: int
    model: Judged
    random: Judged


@dataclass(slots=True)
class Loop:
    """What a week works with."""

    digits: Digits
    policy: Policy
    database: Database
    clock: WeekClock
    hitl: AsyncHitl
    api: httpx.AsyncClient
    """For votes, which callers' own client leaves to people."""
    model_file: Path
    say: Callable[[str], None]
    chance: random.Random
    _at_random: dict[int, str] = field(default_factory=dict)
    """The baseline's labels, by place."""

    @property
    def _threshold(self) -> float:
        return self.policy.use_case("digits").auto_at or 1.0

    async def play(self, weeks: int) -> list[Week]:
        """The beginning and each week after it; raises ``LoopBroken``."""
        known = self.digits.known
        model = Model.trained(known.pixels, known.truths)
        timetable = Timetable(self.database, lambda: retraining_jobs(self.policy))
        await timetable.tick()  # a timetable owes nothing for the time before it was first seen
        story = [self._week(0, model, labels=0)]
        for number, places in enumerate(self.digits.weeks(weeks), start=1):
            self.say(f"week {number}: people decide what is escalated")
            await self._work(model, places, version=f"digits@{number}")
            self.clock.next_week()
            self.say(f"week {number}: the model learns from {len(self._at_random)} labels")
            await timetable.tick()
            await self._retrain()
            model = Model.read(self.model_file)
            story.append(self._week(number, model, labels=len(self._at_random)))
        return story

    def _week(self, number: int, model: Model, *, labels: int) -> Week:
        held_out, threshold = self.digits.held_out, self._threshold
        return Week(
            number=number,
            labels=labels,
            model=judge(model, held_out, threshold=threshold),
            random=judge(self._baseline(), held_out, threshold=threshold),
        )

    async def _work(self, model: Model, places: Sequence[int], *, version: str) -> None:
        """A week's items come in, and people decide what the model is unsure of."""
        items = self.digits.coming.some(places)
        cases = [
            as_case(pixels, scores, key=f"{place:04}", model=version)
            for place, pixels, scores in zip(
                places, items.pixels, model.scores(items.pixels), strict=True
            )
        ]
        answers = await self.hitl.submit_many(cases)
        waiting = [
            (answer, truth)
            for answer, truth in zip(answers, items.truths, strict=True)
            if _waits(answer)
        ]
        for answer, truth in waiting:
            if isinstance(answer, Answer):
                await self._decide(answer, truth)
        self._label_at_random(len(waiting), before=places[-1] + 1)

    async def _decide(self, case: Answer, truth: str) -> None:
        label = self._seen_by_a_person(truth)
        verdict = "approve" if label == case.label else "reject"
        vote = {"reviewer": self.chance.choice(_REVIEWERS), "verdict": verdict}
        if verdict == "reject":
            vote["label"] = label
        answer = await self.api.post(f"/v1/cases/{case.id}/reviews", json=vote)
        if answer.is_error:
            raise LoopBroken(f"a vote was refused: {answer.text}")

    def _seen_by_a_person(self, truth: str) -> str:
        """People slip now and then."""
        if self.chance.random() >= SLIP_RATE:
            return truth
        labels = self.policy.use_case("digits").labels
        return self.chance.choice([label for label in labels if label != truth])

    def _label_at_random(self, count: int, *, before: int) -> None:
        """The baseline gets as many labels, of items that came in by then, whichever they are."""
        left = [place for place in range(before) if place not in self._at_random]
        for place in self.chance.sample(left, min(count, len(left))):
            self._at_random[place] = self._seen_by_a_person(self.digits.coming.truths[place])

    def _baseline(self) -> Model:
        known, chosen = self.digits.known, self.digits.coming.some(list(self._at_random))
        both = Items(np.concatenate([known.pixels, chosen.pixels]), known.truths)
        return Model.trained(both.pixels, [*known.truths, *self._at_random.values()])

    async def _retrain(self) -> None:
        """What the timetable asked for is done, here or by the service itself."""
        use_case = self.policy.use_case("digits")
        if use_case.retrain is not None:
            await retrain_due(self.database, use_case, use_case.retrain)
        newest = await self.database.read(partial(latest_runs, use_case=use_case.name))
        if not newest or newest[0].state is not RunState.SUCCEEDED:
            why = newest[0].result if newest else "the timetable asked for nothing"
            raise LoopBroken(f"the model was not retrained: {why}")


def _waits(answer: Answer | HitlRefused) -> bool:
    if isinstance(answer, HitlRefused):
        raise LoopBroken(f"a prediction was refused: {answer}")
    return answer.state in WAITING
