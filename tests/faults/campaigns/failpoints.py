"""Deaths on either side of each commit, send and answer, at named instants."""

from itertools import cycle, islice
from pathlib import Path
from random import Random
from typing import Any

from hitl.failpoints import Instant
from hitl.storage.outbox import Kind
from tests.faults.campaigns.tally import Progress, Tally, silent
from tests.faults.launcher import ANSWER_AFTER, ANSWER_BEFORE, Failpoint
from tests.faults.ledger import Ledger
from tests.faults.load import Load, loaded
from tests.faults.stage import POLICY, SHORT_DEADLINE, running_stage
from tests.postgres import Server

_SENDINGS = (Kind.CARD_POST, Kind.CARD_UPDATE, Kind.WEBHOOK)
_PATHS = ("/v1/cases", "/slack/events")
FAILPOINTS = (
    Failpoint(Instant.COMMIT_BEFORE, hit=12),
    Failpoint(Instant.COMMIT_AFTER, hit=12),
    *(
        Failpoint(instant, about=kind, hit=2)
        for instant in (Instant.SEND_BEFORE, Instant.SEND_AFTER, Instant.SETTLED)
        for kind in _SENDINGS
    ),
    *(
        Failpoint(instant, about=path, hit=2)
        for instant in (ANSWER_BEFORE, ANSWER_AFTER)
        for path in _PATHS
    ),
)
"""Hit when some work is done already, so that there is something to lose."""


async def die_at(
    folder: Path,
    *,
    tries: int = len(FAILPOINTS),
    server: Server | None = None,
    progress: Progress = silent,
    **launch: Any,
) -> Tally:
    """Die at each of them in turn, and go on with the same database."""
    tally = Tally(f"failpoints, {'PostgreSQL' if server else 'SQLite'}")
    ledger = Ledger()
    policy = POLICY + SHORT_DEADLINE
    async with running_stage(folder, server=server, policy=policy, **launch) as stage:
        async with loaded(Load(stage, ledger, Random(0))):
            await stage.service.kill()
            for failpoint in islice(cycle(FAILPOINTS), tries):
                await stage.service.start(failpoint=failpoint)
                await stage.service.ended()
                tally.findings.add(ledger.check(stage))
                tally.tries += 1
                progress(1)
            await stage.service.start()
        await stage.settled(has_deadline=True)
        tally.add(ledger, ledger.check_settled(stage))
    return tally
