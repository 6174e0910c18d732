"""Looks for new model versions in the traffic, and for those that can be judged by now."""

import logging
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import sweeping
from hitl.learning.models import LOOK_BACK, note_seen, report_new_model, unseen_models
from hitl.policy import InForce
from hitl.storage.database import Database

log = logging.getLogger(__name__)

EVERY = timedelta(minutes=1)


def watching_models(
    database: Database, policy: InForce, *, every: timedelta = EVERY
) -> AbstractAsyncContextManager[None]:
    """Write down and report new versions for as long as the block runs."""
    return sweeping("models", partial(look_for_models, database, policy), every=every)


async def look_for_models(database: Database, policy: InForce) -> None:
    """Of every use case; raises ``StorageUnavailable``."""
    since = database.now() - LOOK_BACK
    for use_case in policy.use_cases.values():
        name = use_case.name
        for version, at in await database.read(partial(unseen_models, use_case=name, since=since)):
            await database.write(partial(note_seen, use_case=name, version=version, at=at))
        told = await database.write(partial(report_new_model, use_case=use_case))
        if told is not None:
            log.info("%s: %s is reported.", name, told, extra={"key": "models.reported"})
