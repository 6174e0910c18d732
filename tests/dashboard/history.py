"""Weeks of moderation in which the model gets surer: predictions, reviews, checks, a queue."""

import random
from datetime import timedelta
from typing import Any

from sqlalchemy import select, update

from hitl.cases import Case
from hitl.review import submit, vote
from hitl.review.claim import claim
from hitl.storage.database import Database, Transaction
from hitl.storage.tables import cases, checks
from hitl.vocabulary import CaseState, CheckState, Verdict
from tests.conftest import Clock
from tests.examples import moderation, post

_REVIEWERS = ("U0ANA", "U0BEN")
_IN_THE_SAMPLE, _NOT_IN_IT = 0.001, 0.5


async def weeks_of_work(
    database: Database, clock: Clock, *, weeks: int, each: int, waiting: int, checked: float = 0.0
) -> None:
    """End at the moment of the clock; the same each time. ``checked`` is the share drawn."""
    work = _Work(database, clock, random.Random(11), checked)
    end = clock.now
    for week in range(weeks):
        clock.now = end - timedelta(weeks=weeks - week) + timedelta(hours=1)
        for number in range(each):
            clock.advance(minutes=9_000 / each)
            await work.one(f"{week}-{number}", unsure=0.40 - 0.25 * week / weeks)
    for number in range(waiting):
        clock.now = end - timedelta(hours=40 * (1 - number / waiting) ** 3, minutes=3)
        await work.submit(f"waiting-{number}", violation=0.7, draw=_NOT_IN_IT)
    clock.now = end


class _Work:
    def __init__(
        self, database: Database, clock: Clock, chance: random.Random, checked: float
    ) -> None:
        self._database = database
        self._clock = clock
        self._chance = chance
        self._checked = checked

    async def one(self, key: str, *, unsure: float) -> None:
        """A prediction, right about as often as it is sure, and what people make of it."""
        chance = self._chance
        doubt = chance.uniform(0.15, 0.45) if chance.random() < unsure else chance.uniform(0, 0.07)
        says_violation = chance.random() < 0.3
        is_right = chance.random() > doubt * 0.8
        draw = _IN_THE_SAMPLE if chance.random() < self._checked else _NOT_IN_IT
        violation = 1 - doubt if says_violation else doubt
        case = await self.submit(key, violation=violation, draw=draw)
        is_violation = says_violation == is_right
        if case.state is CaseState.OPEN:
            await self._review(case.id, Verdict.REJECT if is_violation else Verdict.APPROVE)
        if draw == _IN_THE_SAMPLE:
            label = "violation" if is_violation else "clean"
            await self._database.write(lambda tx: _settle(tx, key, label=label))

    async def submit(self, key: str, *, violation: float, draw: float) -> Case:
        submission = post(key, violation=round(violation, 4))
        case, _ = await self._database.write(
            lambda tx: submit(tx, submission, use_case=moderation(), draw=draw)
        )
        return case

    async def _review(self, case_id: int, verdict: Verdict) -> None:
        self._clock.advance(seconds=self._chance.uniform(20, 900))
        reviewer = self._chance.choice(_REVIEWERS)
        await self._database.write(lambda tx: claim(tx, case_id, reviewer=reviewer))
        self._clock.advance(seconds=self._chance.lognormvariate(1.8, 0.5))
        given: dict[str, Any] = {"verdict": verdict, "reviewer": reviewer, "use_case": moderation()}
        await self._database.write(lambda tx: vote(tx, case_id, **given))


def _settle(tx: Transaction, key: str, *, label: str) -> None:
    """What became of a blind check, written as it would stand in the end."""
    case_id = select(cases.c.id).where(cases.c.key == key).scalar_subquery()
    settled = {
        "state": CheckState.SETTLED,
        "reviewer": "U0ANA",
        "label": label,
        "final_label": label,
        "answered_at": tx.now,
        "settled_at": tx.now,
    }
    tx.connection.execute(update(checks).where(checks.c.case_id == case_id).values(settled))
    tx.connection.execute(update(cases).where(cases.c.key == key).values(awaits_check=False))
