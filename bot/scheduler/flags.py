"""Looks every few seconds for flagged cases to be looked at again; so may other processes."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import EVERY, by_itself, sweeping
from hitl.policy import InForce, UseCase
from hitl.policy.lengths import length_of
from hitl.review import ask_to_recheck
from hitl.storage.database import Database
from hitl.storage.flags import cases_to_recheck

log = logging.getLogger(__name__)


def rechecking_flags(
    database: Database, policy: InForce, *, every: timedelta = EVERY
) -> AbstractAsyncContextManager[None]:
    """Ask for second looks for as long as the block runs."""
    return sweeping("flags", partial(recheck_flags, database, policy), every=every)


async def recheck_flags(database: Database, policy: InForce) -> None:
    """Ask about every flag whose time has come; raises ``StorageUnavailable``."""
    for use_case in policy.use_cases.values():
        await _recheck(database, use_case)


async def _recheck(database: Database, use_case: UseCase) -> None:
    after = length_of(use_case.recheck_after)
    find = partial(cases_to_recheck, use_case=use_case.name, after=after, now=database.now())
    due = await database.read(find)
    asked = await asyncio.gather(*(_ask(database, each, use_case) for each in due))
    if count := sum(asked):
        log.info(
            "%s: %d flagged cases are to be looked at again.",
            use_case.name,
            count,
            extra={"key": "flags.recheck"},
        )


async def _ask(database: Database, case_id: int, use_case: UseCase) -> bool:
    with by_itself(f"The second look at case {case_id}"):
        return await database.write(partial(ask_to_recheck, case_id=case_id, use_case=use_case))
    return False
