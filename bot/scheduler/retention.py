"""Erases what is older than a use case's retention; so may other processes."""

import logging
from contextlib import AbstractAsyncContextManager, suppress
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import by_itself, sweeping
from hitl.policy import InForce, UseCase
from hitl.policy.lengths import length_of
from hitl.review import erase
from hitl.review.erase import EraseRefused
from hitl.review.record import POLICY
from hitl.storage.database import Database
from hitl.storage.erasure import cases_to_erase

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=10)


def keeping_retention(
    database: Database, policy: InForce, *, every: timedelta = EVERY
) -> AbstractAsyncContextManager[None]:
    """Erase for as long as the block runs what has been kept long enough."""
    return sweeping("retention", partial(erase_old, database, policy), every=every)


async def erase_old(database: Database, policy: InForce) -> None:
    """Erase everything whose time has come; raises ``StorageUnavailable``."""
    erased = 0
    for use_case in policy.use_cases.values():
        if use_case.retention is not None:
            erased += await _erase_old(database, use_case, kept=use_case.retention)
    if erased or database.holds_erased:
        await database.forget_erased()


async def _erase_old(database: Database, use_case: UseCase, *, kept: str) -> int:
    query = partial(cases_to_erase, use_case=use_case.name, before=database.now() - length_of(kept))
    erased = 0
    while found := await database.read(query):
        done = [await _erased(database, case_id) for case_id in found]
        erased += sum(done)
        if not any(done):
            break  # others are at it, or cases were reopened: the next look will tell
    if erased:
        log.info(
            "%s: the content of %d cases is erased after %s.",
            use_case.name,
            erased,
            kept,
            extra={"key": "retention.erased"},
        )
    return erased


async def _erased(database: Database, case_id: int) -> bool:
    with by_itself(f"The erasure of case {case_id}"), suppress(EraseRefused):
        return await database.write(partial(erase, case_id=case_id, by=POLICY))
    return False  # one that was reopened meanwhile has its turn when it is decided again
