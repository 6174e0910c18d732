"""When retraining is due: by the calendar, or because enough new labels are in.

The rules are those of the policy file that the process was started with. A policy that was
changed since, in the database, can name no command to be run here.
"""

import logging
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial

from bot.retraining.work import do_waiting_run
from bot.scheduler.runs import Job
from bot.scheduler.sweeps import sweeping
from bot.scheduler.wallclock import latest_fire, latest_monthly_fire
from hitl.documents import moment
from hitl.learning.feed import is_label_marked
from hitl.learning.publish import publish_labels
from hitl.learning.runs import ask_for_retraining, give_up_lost_run, occasion_of_labels
from hitl.policy import Digest, Policy, Retrain, UseCase
from hitl.storage.database import Database, Transaction

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=15)


def retraining_jobs(policy: Policy) -> list[Job]:
    """One for each use case that is retrained by the calendar."""
    return [
        Job(
            name=f"retrain:{use_case.name}",
            latest_fire=partial(_latest, use_case.retrain),
            effect=partial(_ask, use_case=use_case.name),
        )
        for use_case in policy.use_cases.values()
        if use_case.retrain is not None and use_case.retrain.every is not None
    ]


@asynccontextmanager
async def retraining(
    database: Database, policy: Policy, *, every: timedelta = EVERY
) -> AsyncIterator[None]:
    """Do what was asked for, for as long as the block runs; no use case waits for another."""
    async with AsyncExitStack() as stack:
        for use_case in policy.use_cases.values():
            if use_case.retrain is not None:
                look = partial(retrain_due, database, use_case, use_case.retrain)
                await stack.enter_async_context(sweeping("retraining", look, every=every))
        yield


async def retrain_due(database: Database, use_case: UseCase, rule: Retrain) -> None:
    """Do the run that waits or is due by now; raises ``StorageUnavailable``."""
    await database.write(partial(give_up_lost_run, use_case=use_case))
    if rule.after_labels is not None:
        await _ask_for_labels(database, use_case.name, after=rule.after_labels)
    await do_waiting_run(database, use_case=use_case, rule=rule)


async def _ask_for_labels(database: Database, use_case: str, *, after: int) -> None:
    while await database.read(is_label_marked) and await database.write(publish_labels):
        pass
    count = partial(occasion_of_labels, use_case=use_case, after=after)
    occasion = await database.read(count)
    if occasion is not None:
        await database.write(partial(ask_for_retraining, use_case=use_case, occasion=occasion))


def _latest(rule: Retrain, now: datetime) -> datetime:
    at = Digest(day=rule.day, at=rule.at, zone=rule.zone)
    return (latest_monthly_fire if rule.every == "month" else latest_fire)(at, now)


def _ask(tx: Transaction, fire_at: datetime, *, use_case: str) -> None:
    if ask_for_retraining(tx, use_case=use_case, occasion=moment(fire_at)) is None:
        log.warning(
            "%s is still being retrained; the run due %s is left out.",
            use_case,
            fire_at,
            extra={"key": "retraining.busy"},
        )
