"""The weekly checkpoint of the audit log, which the digests then show."""

from datetime import datetime
from functools import partial

from bot.scheduler.runs import Job
from bot.scheduler.wallclock import latest_fire
from hitl.policy import Digest
from hitl.storage.checkpoints import record_checkpoint
from hitl.storage.database import Transaction

_MONDAYS = Digest(day="mon", at="00:00", zone="UTC")


def checkpoint_job() -> Job:
    """Once a week for the whole log, before most digests of the week."""
    return Job(name="checkpoint", latest_fire=partial(latest_fire, _MONDAYS), effect=_record)


def _record(tx: Transaction, _fire_at: datetime) -> None:
    record_checkpoint(tx)
