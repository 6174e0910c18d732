"""Doing a run that was asked for: take it, hand over the labels, keep how it ended."""

import asyncio
import logging
import secrets
import tempfile
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from bot.retraining.command import run_command
from bot.retraining.handover import LABELS, MANIFEST, make_handover
from hitl.learning.runs import (
    LEASE_FOR,
    Ended,
    Run,
    RunState,
    finish_run,
    leave_to_delivery,
    note_handed_over,
    renew_lease,
    take_run,
)
from hitl.policy import Retrain, UseCase
from hitl.policy.lengths import length_of
from hitl.storage.database import Database, StorageUnavailable

log = logging.getLogger(__name__)


class _Lost(Exception):
    """Somebody took the run for lost: two must not go on."""


async def do_waiting_run(database: Database, *, use_case: UseCase, rule: Retrain) -> Ended | None:
    """How it ended; None where no run waited, or delivery goes on with it.

    Raises ``StorageUnavailable``.
    """
    lease = secrets.token_hex(8)
    run = await database.write(partial(take_run, use_case=use_case.name, lease=lease))
    if run is None:
        return None
    log.info("Retraining %s: run %d.", use_case.name, run.id, extra={"key": "retraining.began"})
    try:
        async with _holding(database, run, lease=lease):
            ended = await _do(database, run, use_case=use_case, rule=rule, lease=lease)
    except _Lost:
        return Ended(RunState.LOST, "it was taken for lost")
    except asyncio.CancelledError:
        ended = Ended(RunState.FAILED, "the service was stopped meanwhile")
        await asyncio.shield(_finish(database, run, ended, lease=lease, use_case=use_case))
        raise
    if ended is not None:
        await _finish(database, run, ended, lease=lease, use_case=use_case)
    return ended


async def _finish(
    database: Database, run: Run, ended: Ended, *, lease: str, use_case: UseCase
) -> None:
    done = partial(finish_run, run=run, ended=ended, lease=lease, use_case=use_case)
    await database.write(done)
    log.info(
        "Retraining %s: run %d %s: %s.",
        use_case.name,
        run.id,
        ended.state,
        ended.detail,
        extra={"key": "retraining.ended"},
    )


async def _do(
    database: Database, run: Run, *, use_case: UseCase, rule: Retrain, lease: str
) -> Ended | None:
    with tempfile.TemporaryDirectory(prefix="hitl-retrain-") as name:
        folder = Path(name)
        made = await make_handover(database, run, use_case=use_case, folder=folder)
        if rule.webhook is not None:
            leave = partial(leave_to_delivery, url=rule.webhook, document=_event(made.manifest))
            kept = partial(leave, run=run, given=made.given, lease=lease, use_case=use_case)
        else:
            kept = partial(note_handed_over, run=run, given=made.given, lease=lease)
        if not await database.write(kept):
            raise _Lost
        if rule.webhook is not None:
            return None
        extra = {
            "HITL_USE_CASE": use_case.name,
            "HITL_LABELS": str(folder / LABELS),
            "HITL_MANIFEST": str(folder / MANIFEST),
        }
        within = length_of(rule.within)
        return await run_command(rule.command or (), extra=extra, within=within)


def _event(manifest: Mapping[str, Any]) -> dict[str, Any]:
    """As every webhook: what it is, when, and of what."""
    return {"type": "labels.ready", "timestamp": manifest["made_at"], "data": dict(manifest)}


@asynccontextmanager
async def _holding(database: Database, run: Run, *, lease: str) -> AsyncIterator[None]:
    """Renew the lease for as long as the block runs; end the block when it is ours no more."""
    renewing = asyncio.create_task(_renew(database, run, lease=lease))
    try:
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(_watch(renewing))
            yield
            watching.cancel()
    except* _Lost:
        raise _Lost from None
    finally:
        renewing.cancel()


async def _watch(renewing: asyncio.Task[None]) -> None:
    await asyncio.wait([renewing])
    raise _Lost


async def _renew(database: Database, run: Run, *, lease: str) -> None:
    while True:
        await asyncio.sleep(LEASE_FOR.total_seconds() / 4)
        try:
            if not await database.write(partial(renew_lease, run=run, lease=lease)):
                return
        except StorageUnavailable as error:
            log.warning("The lease of retraining run %d waits for the database: %s", run.id, error)
