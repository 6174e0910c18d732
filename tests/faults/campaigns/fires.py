"""Timed jobs on two replicas, of which one after the other is killed or stopped past its lease."""

import asyncio
import signal
from collections import Counter
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from sqlalchemy import Connection, select

from hitl.storage.moments import EPOCH
from hitl.storage.outbox import Kind
from hitl.storage.tables import outbox, schedule_runs
from tests.faults.campaigns.tally import Progress, Tally, silent
from tests.faults.launcher import LEASE
from tests.faults.ledger import Findings
from tests.faults.service import Service
from tests.faults.stage import CHANNEL, Stage, running_stage
from tests.postgres import Server

EVERY = timedelta(seconds=1)
_LONGEST_PEACE_SECONDS = 2.0


async def fire_and_kill(
    folder: Path,
    *,
    tries: int,
    server: Server,
    seed: int = 0,
    progress: Progress = silent,
    **launch: Any,
) -> Tally:
    """Let a job come due so often while one replica at a time is taken away.

    One of the two always runs, so that no moment may be missed; each must have one effect.
    """
    tally = Tally("timer fires, PostgreSQL")
    chance = Random(seed)
    options = launch | {"server": server, "replicas": 2, "fires_every": EVERY}
    async with running_stage(folder, **options) as stage:
        while (fired := len(stage.read(_runs))) < tries:
            await _take_away(chance.choice(stage.services), chance)
            progress(min(len(stage.read(_runs)), tries) - fired)
        await asyncio.gather(*(service.stop() for service in stage.services))
        await stage.service.start(fires_every=None)
        settled = await stage.settled()
        tally.tries = tally.acknowledged = len(stage.read(_runs))
        tally.findings.add(_look(stage, settled=settled))
    return tally


async def _take_away(service: Service, chance: Random) -> None:
    """Kill it and start it again, or stop it for longer than it may hold anything."""
    await asyncio.sleep(chance.uniform(0, _LONGEST_PEACE_SECONDS))
    if chance.random() < 0.5:
        await service.kill()
        await asyncio.sleep(chance.uniform(0, 1))
        await service.start()
    else:
        service.signal(signal.SIGSTOP)
        await asyncio.sleep(LEASE.total_seconds() * chance.uniform(1, 2))
        service.signal(signal.SIGCONT)


def _look(stage: Stage, *, settled: bool) -> Findings:
    moments = stage.read(_runs)
    effects = Counter(stage.read(_effects))
    findings = Findings()
    findings.doubled += [f"{moment}: {n} effects" for moment, n in effects.items() if n > 1]
    findings.lost += [f"{moment}: no effect" for moment in moments if moment not in effects]
    expected = (moments[-1] - moments[0]) // EVERY + 1
    if len(moments) != expected:
        findings.lost.append(f"{expected - len(moments)} moments passed unseen")
    if not settled:
        findings.unrecovered.append("some digests were not sent")
    posted = len(stage.workspace.messages(CHANNEL))
    if posted < len(effects):
        findings.lost.append(f"{len(effects) - posted} digests are not in the channel")
    return findings


def _runs(connection: Connection) -> list[datetime]:
    ran = select(schedule_runs.c.fire_at).where(schedule_runs.c.fire_at > EPOCH)
    return sorted(set(connection.execute(ran).scalars()))


def _effects(connection: Connection) -> list[datetime]:
    rows = connection.execute(select(outbox.c.payload).where(outbox.c.kind == Kind.DIGEST))
    return [datetime.fromisoformat(payload["until"]) for payload in rows.scalars()]
