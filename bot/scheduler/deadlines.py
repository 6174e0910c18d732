"""Looks every few seconds for cases with a step of their deadline due; so may other processes."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import EVERY, by_itself, sweeping
from hitl.policy import InForce, UseCase
from hitl.review import take_steps
from hitl.storage.database import Database
from hitl.storage.progress import cases_with_steps_due

log = logging.getLogger(__name__)

_AT_ONCE = 100


def keeping_deadlines(
    database: Database, policy: InForce, *, every: timedelta = EVERY
) -> AbstractAsyncContextManager[None]:
    """Keep the policy's deadlines for as long as the block runs.

    It begins with a look at once: something may have been due while nothing ran.
    """
    return sweeping("deadlines", partial(take_due_steps, database, policy), every=every)


async def take_due_steps(database: Database, policy: InForce) -> None:
    """Take every step that is due; raises ``StorageUnavailable``."""
    for use_case in policy.use_cases.values():
        if use_case.deadline is not None:
            await _take_due_steps_of(database, use_case)


async def _take_due_steps_of(database: Database, use_case: UseCase) -> None:
    query = partial(cases_with_steps_due, use_case=use_case, now=database.now())
    due = await database.read(query)
    for start in range(0, len(due), _AT_ONCE):
        batch = due[start : start + _AT_ONCE]
        await asyncio.gather(*(_take_steps_of(database, each, use_case) for each in batch))


async def _take_steps_of(database: Database, case_id: int, use_case: UseCase) -> None:
    with by_itself(f"The deadline of case {case_id}"):
        for step in await database.write(partial(take_steps, case_id=case_id, use_case=use_case)):
            log.info("Case %d: %s.", case_id, step, extra={"key": "deadlines.step"})
