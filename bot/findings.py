"""The findings over all use cases, looked for now and then and kept for everybody who asks."""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hitl.policy import UseCase
from hitl.reports.health import findings
from hitl.statistics.findings.signal import Finding
from hitl.storage.database import Database

log = logging.getLogger(__name__)

_KEPT_FOR = timedelta(minutes=15)
_PATIENCE_SECONDS = 1.0
"""Of somebody who looks at Slack: a command must be answered in three."""


@dataclass(frozen=True, slots=True)
class Found:
    """The surest first, and as of when."""

    findings: list[Finding] = field(default_factory=list)
    at: datetime | None = None
    """None before the first look has ended."""


class Findings:
    """What is wrong anywhere. They are judged together, so asking of one use case costs all."""

    def __init__(self, database: Database, use_cases: Callable[[], list[UseCase]]) -> None:
        """``use_cases`` are those of the policy of the moment."""
        self._database = database
        self._use_cases = use_cases
        self._looking: asyncio.Task[None] | None = None
        self._found = Found()

    async def of_now(self) -> list[Finding]:
        """The surest first; no older than a quarter of an hour."""
        if (looking := self._look()) is not None:
            # Whoever goes away leaves a look that others may wait for.
            await asyncio.shield(looking)
        return self._found.findings

    async def at_once(self) -> list[Finding]:
        """The same, or those of the look before where a new one takes long."""
        if (looking := self._look()) is not None:
            await asyncio.wait({looking}, timeout=_PATIENCE_SECONDS)
        return self._found.findings

    async def last(self) -> Found:
        """Those of the last look, while a new one goes on where that is not fresh.

        It waits for the first look only, as long as ``at_once`` does.
        """
        if (looking := self._look()) is not None and self._found.at is None:
            await asyncio.wait({looking}, timeout=_PATIENCE_SECONDS)
        return self._found

    def _look(self) -> asyncio.Task[None] | None:
        """The look that goes on or is begun; None where the last one is fresh."""
        if self._looking is not None and not self._looking.done():
            return self._looking
        now = self._database.now()
        if self._found.at is not None and now - self._found.at < _KEPT_FOR:
            return None
        self._looking = asyncio.create_task(self._find(now))
        self._looking.add_done_callback(_note_failure)
        return self._looking

    async def _find(self, now: datetime) -> None:
        wanted = self._use_cases()

        def look(connection: Connection) -> list[Finding]:
            return findings(connection, wanted, until=now)

        self._found = Found(await self._database.read(look), now)


def _note_failure(looking: asyncio.Task[None]) -> None:
    if not looking.cancelled() and (error := looking.exception()) is not None:
        log.warning("The search for findings failed: %s", error, extra={"key": "findings.failed"})
