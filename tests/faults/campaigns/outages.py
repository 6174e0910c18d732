"""Slack is away or overloaded while cases come in; when it is back, all of them reach it."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.sandbox.workspace import Workspace
from tests.faults.campaigns.tally import Progress, Tally, silent
from tests.faults.ledger import Ledger
from tests.faults.stage import Stage, running_stage
from tests.intake.requests import moderation_case
from tests.postgres import Server

_AT_ONCE = 10
_AWAY_SECONDS = 2.0


def down(workspace: Workspace) -> None:
    """Every call fails, and nobody knows how far it came."""
    workspace.order_fault("*", "http_500", times=None)


def unreachable(workspace: Workspace) -> None:
    """Every connection is cut before anything is done."""
    workspace.order_fault("*", "timeout_before", times=None)


def flooded(workspace: Workspace) -> None:
    """Every post is asked to come back later."""
    workspace.order_fault("chat.postMessage", "ratelimited", times=None, retry_after=1)


OUTAGES = (down, unreachable, flooded)


async def wait_out(
    folder: Path,
    outage: Callable[[Workspace], None],
    *,
    tries: int,
    server: Server | None = None,
    progress: Progress = silent,
    **launch: Any,
) -> Tally:
    """Take so many cases during the outage; each must have its card after it."""
    tally = Tally(f"Slack {outage.__name__}, {'PostgreSQL' if server else 'SQLite'}")
    ledger = Ledger()
    async with running_stage(folder, server=server, **launch) as stage:
        outage(stage.workspace)
        for first in range(0, tries, _AT_ONCE):
            here = range(first, min(first + _AT_ONCE, tries))
            await _submit(stage, ledger, [f"post-{number}" for number in here])
            tally.tries += len(here)
            progress(len(here))
        await asyncio.sleep(_AWAY_SECONDS)
        tally.findings.add(ledger.check(stage))
        stage.workspace.faults.clear()
        await stage.settled(seconds=60 + tries / 10)
        tally.add(ledger, ledger.check_settled(stage))
    return tally


async def _submit(stage: Stage, ledger: Ledger, keys: list[str]) -> None:
    async with stage.service.api() as api:

        async def submit(key: str) -> None:
            request = moderation_case(key)
            answer = await api.post("/v1/cases", json=request)
            ledger.submitted[key] = (request, answer.json())

        await asyncio.gather(*(submit(key) for key in keys))
