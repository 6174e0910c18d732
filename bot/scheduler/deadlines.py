"""Looks every few seconds for cases with a step of their deadline due; so may other processes."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from functools import partial

from hitl.policy import Policy, UseCase
from hitl.review import take_steps
from hitl.storage.database import Database, StorageUnavailable
from hitl.storage.progress import cases_with_steps_due

log = logging.getLogger(__name__)

_AT_ONCE = 100


@asynccontextmanager
async def keeping_deadlines(
    database: Database, policy: Policy, *, every: timedelta = timedelta(seconds=5)
) -> AsyncIterator[None]:
    """Keep the policy's deadlines for as long as the block runs.

    It begins with a look at once: something may have been due while nothing ran.
    """
    running = asyncio.create_task(_keep(database, policy, every=every))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def _keep(database: Database, policy: Policy, *, every: timedelta) -> None:
    while True:
        try:
            await take_due_steps(database, policy)
        except StorageUnavailable as error:
            log.warning("Deadlines wait for the database: %s", error)
        except Exception:  # the loop's edge: deadlines that ended silently would be worse
            log.exception("Deadlines can't be kept.", extra={"key": "deadlines.failed"})
        await asyncio.sleep(every.total_seconds())


async def take_due_steps(database: Database, policy: Policy) -> None:
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
    try:
        steps = await database.write(lambda tx: take_steps(tx, case_id, use_case=use_case))
    except StorageUnavailable:
        raise
    except Exception:  # one edge: a case that fails leaves the others their turn
        log.exception("The deadline of case %d failed.", case_id, extra={"key": "deadlines.failed"})
        return
    for step in steps:
        log.info("Case %d: %s.", case_id, step, extra={"key": "deadlines.step"})
