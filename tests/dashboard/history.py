"""Weeks of moderation in which the model gets surer: predictions, reviews, a queue at the end."""

import random
from datetime import timedelta

from hitl.review import submit, vote
from hitl.review.claim import claim_next
from hitl.storage.database import Database
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import moderation, post

_REVIEWERS = ("U0ANA", "U0BEN")


async def weeks_of_work(
    database: Database, clock: Clock, *, weeks: int, each: int, waiting: int
) -> None:
    """End at the moment of the clock; the same each time."""
    chance, end = random.Random(11), clock.now
    for week in range(weeks):
        clock.now = end - timedelta(weeks=weeks - week) + timedelta(hours=1)
        unsure = 0.40 - 0.25 * week / weeks
        for number in range(each):
            clock.advance(minutes=9_000 / each)
            await _one(database, clock, f"{week}-{number}", chance, unsure=unsure)
    for number in range(waiting):
        clock.now = end - timedelta(hours=40 * (1 - number / waiting) ** 3, minutes=3)
        await _submit(database, f"waiting-{number}", violation=0.7)
    clock.now = end


async def _one(
    database: Database, clock: Clock, key: str, chance: random.Random, *, unsure: float
) -> None:
    is_violation = chance.random() < 0.3
    doubt = chance.uniform(0.15, 0.45) if chance.random() < unsure else chance.uniform(0.0, 0.07)
    state = await _submit(database, key, violation=1 - doubt if is_violation else doubt)
    if state != "open":
        return
    clock.advance(seconds=chance.uniform(20, 900))
    reviewer = chance.choice(_REVIEWERS)
    served = await database.write(
        lambda tx: claim_next(tx, use_case=moderation(), reviewer=reviewer)
    )
    clock.advance(seconds=chance.lognormvariate(1.8, 0.5))
    agrees = chance.random() < 0.85
    verdict = Verdict.REJECT if is_violation == agrees else Verdict.APPROVE
    assert served is not None
    await database.write(
        lambda tx: vote(tx, served.id, verdict=verdict, reviewer=reviewer, use_case=moderation())
    )


async def _submit(database: Database, key: str, *, violation: float) -> str:
    submission = post(key, violation=round(violation, 4))
    case, _ = await database.write(
        lambda tx: submit(tx, submission, use_case=moderation(), draw=0.5)
    )
    return case.state
