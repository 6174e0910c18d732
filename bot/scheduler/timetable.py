"""The clock that wakes the jobs; what was run is known by the database alone."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.scheduler.runs import Job, run_due
from hitl.storage.database import Database, StorageUnavailable

log = logging.getLogger(__name__)


class Timetable:
    """Looks again and again whether a job is due; any number of processes may do so.

    APScheduler only wakes it: a wake-up that comes late, twice or not at all changes nothing,
    because each one asks the database what is still to be done.
    """

    def __init__(
        self,
        database: Database,
        jobs: Callable[[], Iterable[Job]],
        *,
        every: timedelta = timedelta(seconds=15),
    ) -> None:
        """``jobs`` is asked at each look: a policy that changes may change them."""
        self._database = database
        self._jobs = jobs
        self._every = every
        self._looked_at: dict[str, datetime] = {}
        """The moment of each job for which this process has asked the database."""
        self._clock = AsyncIOScheduler(timezone=UTC)
        self._wake = asyncio.Event()
        self._stopping = False
        self._looking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin, with a look at once: something may have been due while nothing ran."""
        self._looking = asyncio.create_task(self._look())
        self._clock.add_job(
            self._ring,
            "interval",
            seconds=self._every.total_seconds(),
            next_run_time=datetime.now(UTC),
            misfire_grace_time=None,
            coalesce=True,
            max_instances=1,
        )
        self._clock.start()

    async def stop(self) -> None:
        """Wake no more, and let a look that is under way end."""
        self._clock.shutdown(wait=False)
        self._stopping = True
        self._wake.set()
        if self._looking is not None:
            await self._looking

    async def _ring(self) -> None:
        # No more than this: APScheduler cancels what it runs when it is shut down.
        self._wake.set()

    async def _look(self) -> None:
        while await self._wake.wait() and not self._stopping:
            self._wake.clear()
            await self.tick()

    async def tick(self) -> None:
        """Run whatever is due."""
        for job in self._jobs():
            try:
                await self._run(job)
            except StorageUnavailable as error:
                log.warning("The timetable waits for the database: %s", error)
                return
            except Exception:  # one edge: a job that fails leaves the others their turn
                log.exception("Job %s failed.", job.name, extra={"key": "timetable.failed"})

    async def _run(self, job: Job) -> None:
        due = job.latest_fire(self._database.now())
        if self._looked_at.get(job.name) == due:
            return
        fired = await self._database.write(lambda tx: run_due(tx, job))
        self._looked_at[job.name] = due
        if fired is not None:
            log.info("Job %s ran for %s.", job.name, fired, extra={"key": "timetable.ran"})
