"""Looks for new model versions in the traffic, and for those that can be judged by now."""

import asyncio
import logging
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection

from bot.scheduler.sweeps import by_itself, sweeping
from hitl.learning.calibrations import (
    Fitted,
    better_fit,
    current_calibration,
    is_worth_fitting,
    keep_calibration,
)
from hitl.learning.models import (
    LOOK_BACK,
    ModelVersion,
    model_list,
    new_model,
    note_seen,
    report_model,
    unseen_models,
)
from hitl.learning.samples import MOST, Sample, sample_of
from hitl.policy import InForce, UseCase
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
        with by_itself(f"The look at the models of {use_case.name}"):
            await _look_for_models_of(database, use_case, since=since)


async def _look_for_models_of(database: Database, use_case: UseCase, *, since: datetime) -> None:
    name = use_case.name
    for version, at in await database.read(partial(unseen_models, use_case=name, since=since)):
        await database.write(partial(note_seen, use_case=name, version=version, at=at))
    await _recalibrate(database, name)
    found = await database.read(partial(new_model, use_case=use_case))
    if found is None:
        return
    if await database.write(lambda tx: report_model(tx, found, use_case=use_case)):
        log.info("%s: %s is reported.", name, found.version, extra={"key": "models.reported"})


async def _recalibrate(database: Database, use_case: str) -> None:
    """Fit anew what has enough more labels than before."""
    for model in await database.read(partial(model_list, use_case=use_case)):
        found = await database.read(partial(_fit_and_sample, use_case=use_case, model=model))
        if found is None:
            continue
        before, sample = found
        curve = await asyncio.to_thread(better_fit, sample, before=before)
        if curve is not None:
            keep = partial(
                keep_calibration,
                curve=curve,
                use_case=use_case,
                model=model.version,
                labels=len(sample.confidences),
            )
            await database.write(keep)


def _fit_and_sample(
    connection: Connection, *, use_case: str, model: ModelVersion
) -> tuple[Fitted | None, Sample] | None:
    """None where there can't be enough more labels, for most looks find the same as before."""
    fitted = current_calibration(connection, use_case=use_case, model=model.version)
    if not is_worth_fitting(min(model.checks, MOST), before=fitted):
        return None
    return fitted, sample_of(connection, use_case=use_case, model=model.version)
