"""Runs of timed jobs: one effect for each moment of a timetable, in however many processes.

The guarantee is the unique row (job, moment), written in the transaction of its effect.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from hitl.storage.database import Transaction
from hitl.storage.moments import EPOCH
from hitl.storage.statements import insert_new
from hitl.storage.tables import schedule_runs


@dataclass(frozen=True, slots=True)
class Job:
    """Something that happens by the clock."""

    name: str
    """Names it for ever: its runs are kept under it."""
    latest_fire: Callable[[datetime], datetime]
    """The last moment, not after the one given, at which it was due."""
    effect: Callable[[Transaction, datetime], None]
    """What it does, in the transaction, for the moment given."""


def run_due(tx: Transaction, job: Job) -> datetime | None:
    """Run the job for its latest moment unless that was done; the moment if this call did it.

    Moments missed before the latest stay missed: after a downtime it runs once, not once each.
    """
    fire_at = job.latest_fire(tx.now)
    if fire_at <= _done_until(tx, job) or not _is_first_run(tx, job, fire_at):
        return None
    job.effect(tx, fire_at)
    return fire_at


def _done_until(tx: Transaction, job: Job) -> datetime:
    """The moment of its last run; of a new job the moment it was first seen.

    A job that did not exist had nothing to do, so installing it owes nobody its last moment.
    That it was seen is a row of its own, at a moment no timetable has: of several processes
    that meet a new job at once, one decides since when it exists.
    """
    insert_new(tx.connection, schedule_runs, {"job": job.name, "fire_at": EPOCH, "ran_at": tx.now})
    runs = schedule_runs.c.job == job.name
    first_sight = runs & (schedule_runs.c.fire_at == EPOCH)
    moments: list[datetime] = [
        tx.connection.execute(select(schedule_runs.c.ran_at).where(first_sight)).scalar_one(),
        tx.connection.execute(select(func.max(schedule_runs.c.fire_at)).where(runs)).scalar_one(),
    ]
    return max(moments)


def _is_first_run(tx: Transaction, job: Job, fire_at: datetime) -> bool:
    values = {"job": job.name, "fire_at": fire_at, "ran_at": tx.now}
    return insert_new(tx.connection, schedule_runs, values) is not None
