"""The findings over all use cases, looked for now and then and kept for everybody who asks."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hitl.policy import UseCase
from hitl.reports.health import findings
from hitl.statistics.findings.signal import Finding
from hitl.storage.database import Database

_KEPT_FOR = timedelta(minutes=15)


class Findings:
    """What is wrong anywhere. They are judged together, so asking of one use case costs all."""

    def __init__(self, database: Database, use_cases: Callable[[], list[UseCase]]) -> None:
        """``use_cases`` are those of the policy of the moment."""
        self._database = database
        self._use_cases = use_cases
        self._looking = asyncio.Lock()
        self._found: list[Finding] = []
        self._looked_at: datetime | None = None

    async def of_now(self) -> list[Finding]:
        """The surest first; no older than a quarter of an hour."""
        async with self._looking:
            now = self._database.now()
            if self._looked_at is None or now - self._looked_at >= _KEPT_FOR:
                wanted = self._use_cases()

                def look(connection: Connection) -> list[Finding]:
                    return findings(connection, wanted, until=now)

                self._found = await self._database.read(look)
                self._looked_at = now
            return self._found
