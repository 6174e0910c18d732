"""SIGKILL at random instants of the whole service, under load."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.campaigns.tally import Progress, Tally, silent
from tests.faults.ledger import Findings, Ledger
from tests.faults.load import Load, loaded
from tests.faults.stage import POLICY, SHORT_DEADLINE, Stage, running_stage
from tests.postgres import Server

_KILLS_A_STAGE = 10
"""Then everything begins anew: looking through all that ever was would take ever longer."""
_LONGEST_LIFE_SECONDS = 1.0


async def kill_again_and_again(
    folder: Path,
    *,
    tries: int,
    server: Server | None = None,
    seed: int = 0,
    progress: Progress = silent,
    **launch: Any,
) -> Tally:
    """Kill so often and look each time, and once more when everything has been sent."""
    tally = Tally(f"SIGKILL, {'PostgreSQL' if server else 'SQLite'}")
    chance = Random(seed)
    while tally.tries < tries and not tally.findings:
        ledger, place = Ledger(), folder / f"kills-{tally.tries}"
        here = min(_KILLS_A_STAGE, tries - tally.tries)
        policy = POLICY + SHORT_DEADLINE
        async with running_stage(place, server=server, policy=policy, **launch) as stage:
            tally.add(ledger, await _kill(stage, ledger, here, chance, progress))
        tally.tries += here
    return tally


async def _kill(
    stage: Stage, ledger: Ledger, kills: int, chance: Random, progress: Progress
) -> Findings:
    findings = Findings()
    async with loaded(Load(stage, ledger, chance)):
        for _ in range(kills):
            await asyncio.sleep(chance.uniform(0, _LONGEST_LIFE_SECONDS))
            await stage.service.kill()
            findings.add(ledger.check(stage))
            await stage.service.start()
            progress(1)
    await stage.settled(has_deadline=True)
    findings.add(ledger.check_settled(stage))
    return findings
