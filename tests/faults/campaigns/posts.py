"""Slack takes a message and drops the connection before it answers; its history lags."""

import asyncio
from pathlib import Path
from random import Random
from typing import Any

from tests.faults.campaigns.tally import Progress, Tally, silent
from tests.faults.launcher import HISTORY_LAG
from tests.faults.ledger import Findings, Ledger
from tests.faults.stage import Stage, running_stage
from tests.intake.requests import moderation_case
from tests.postgres import Server

_POSTS_A_STAGE = 60


async def accept_and_drop(
    folder: Path,
    *,
    tries: int,
    server: Server | None = None,
    seed: int = 0,
    progress: Progress = silent,
    **launch: Any,
) -> Tally:
    """Lose the answers to so many posts; each message must stand once."""
    tally = Tally(f"accepted and dropped, {'PostgreSQL' if server else 'SQLite'}")
    chance = Random(seed)
    while tally.tries < tries and not tally.findings:
        ledger, place = Ledger(), folder / f"posts-{tally.tries}"
        here = min(_POSTS_A_STAGE, tries - tally.tries)
        async with running_stage(place, server=server, **launch) as stage:
            tally.add(ledger, await _drop(stage, ledger, here, chance))
        tally.tries += here
        progress(here)
    return tally


async def _drop(stage: Stage, ledger: Ledger, posts: int, chance: Random) -> Findings:
    workspace = stage.workspace
    workspace.order_fault("chat.postMessage", "timeout_after", times=posts)
    lag = chance.uniform(0, HISTORY_LAG.total_seconds())
    workspace.order_fault("conversations.history", "lag", times=None, seconds=lag)
    async with stage.service.api() as api:

        async def submit(number: int) -> None:
            request = moderation_case(f"post-{number}", callback_url=stage.receiver.url)
            answer = await api.post("/v1/cases", json=request)
            ledger.submitted[request["key"]] = (request, answer.json())

        await asyncio.gather(*(submit(number) for number in range(posts)))
        await stage.settled()
    return ledger.check_settled(stage)
