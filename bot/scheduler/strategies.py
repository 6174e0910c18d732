"""Looks every few seconds for steps that have used up their time; so may other processes."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import by_itself, sweeping
from hitl.policy import InForce
from hitl.review import time_is_up
from hitl.storage.database import Database
from hitl.storage.steps import steps_past_their_time

_EVERY = timedelta(seconds=2)


def passing_on(
    database: Database, policy: InForce, *, every: timedelta = _EVERY
) -> AbstractAsyncContextManager[None]:
    """Take cases on from whoever does not answer in time, for as long as the block runs."""
    return sweeping("strategies", partial(pass_on, database, policy), every=every)


async def pass_on(database: Database, policy: InForce) -> None:
    """Take on every case whose step is past its time; raises ``StorageUnavailable``."""
    due = await database.read(partial(steps_past_their_time, now=database.now()))
    for case_id, name in due:
        if use_case := policy.use_cases.get(name):
            with by_itself(f"The next step of case {case_id}"):
                await database.write(partial(time_is_up, case_id=case_id, use_case=use_case))
