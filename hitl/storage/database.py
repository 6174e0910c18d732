"""The database that runs verbs: plain functions of a transaction, committed before answered.

SQLite has one writer connection whose thread commits every verb that is waiting in one
transaction (one fsync for many); PostgreSQL has a few workers that commit one verb each.
"""

import asyncio
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError

from hitl.errors import HitlError
from hitl.storage.bell import Bell
from hitl.storage.engines import reading_engine, writing_engine

T = TypeVar("T")
Clock = Callable[[], datetime]
_SQLITE_VERBS_A_COMMIT = 64
_POSTGRESQL_WORKERS = 8
_READERS = 4


class StorageUnavailable(HitlError):
    """The database can't be reached or written; nothing was stored."""


@dataclass(slots=True)
class Transaction:
    """What a verb works with: one connection inside one transaction at one moment."""

    connection: Connection
    now: datetime
    topics: set[str] = field(default_factory=set)

    def announce(self, topic: str) -> None:
        """Ring ``topic`` once this transaction is committed."""
        self.topics.add(topic)


@dataclass(slots=True)
class _Job:
    verb: Callable[[Transaction], Any]
    answer: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None


class Database:
    """Owns the connections; ``write`` and ``read`` are awaited from the event loop."""

    def __init__(self, url: str, *, clock: Clock) -> None:
        self.url = url
        self.bell = Bell()
        self._clock = clock
        self._writing: Engine = writing_engine(url)
        self._reading: Engine = reading_engine(url, connections=_READERS)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="hitl-read")
        is_sqlite = self._writing.dialect.name == "sqlite"
        self._most = _SQLITE_VERBS_A_COMMIT if is_sqlite else 1
        self._workers = [
            threading.Thread(target=self._work, name=f"hitl-write-{number}", daemon=True)
            for number in range(1 if is_sqlite else _POSTGRESQL_WORKERS)
        ]
        for worker in self._workers:
            worker.start()

    def now(self) -> datetime:
        """The moment verbs would be given now."""
        return self._clock()

    async def write(self, verb: Callable[[Transaction], T]) -> T:
        """What the verb returns, once it is committed; its refusals are raised here.

        Raises ``StorageUnavailable`` when nothing could be stored.
        """
        loop = asyncio.get_running_loop()
        job = _Job(verb=verb, answer=loop.create_future(), loop=loop)
        self._jobs.put(job)
        # Shielded: a caller who goes away must not turn a stored verb into an unknown one.
        return await asyncio.shield(job.answer)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What the query returns, read from one snapshot."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._readers, self._read, query)

    def close(self) -> None:
        """Finish what is queued, then let go of every connection."""
        for _ in self._workers:
            self._jobs.put(None)
        for worker in self._workers:
            worker.join()
        self._readers.shutdown()
        self._writing.dispose()
        self._reading.dispose()

    def _read(self, query: Callable[[Connection], T]) -> T:
        try:
            with self._reading.begin() as connection:
                return query(connection)
        except DBAPIError as error:
            raise _unavailable(error) from error

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            while len(jobs) < self._most and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    self._jobs.put(None)
                    break
                jobs.append(following)
            self._answer(jobs, self._commit(jobs))

    def _commit(self, jobs: list[_Job]) -> set[str]:
        """Run the jobs in one transaction; the topics to ring if it was committed."""
        topics: set[str] = set()
        try:
            with self._writing.begin() as connection:
                for job in jobs:
                    topics |= self._run(job, connection, alone=len(jobs) == 1)
        except DBAPIError as error:
            # The transaction is gone, and with it whatever the others had done in it.
            topics.clear()
            for job in jobs:
                job.error = job.error or _unavailable(error)
        except _RolledBack:
            topics.clear()
        return topics

    def _run(self, job: _Job, connection: Connection, *, alone: bool) -> set[str]:
        """Run one job so that its refusal undoes its own changes and nobody else's."""
        transaction = Transaction(connection, self._clock())
        try:
            if alone:
                job.result = job.verb(transaction)
            else:
                with connection.begin_nested():
                    job.result = job.verb(transaction)
        except DBAPIError as error:
            if not isinstance(error, IntegrityError):
                raise
            job.error = error
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the verb
            job.error = error
        if job.error is None:
            return transaction.topics
        if alone:
            raise _RolledBack
        return set()

    def _answer(self, jobs: list[_Job], topics: set[str]) -> None:
        by_loop: defaultdict[asyncio.AbstractEventLoop, list[_Job]] = defaultdict(list)
        for job in jobs:
            by_loop[job.loop].append(job)
        for loop, own in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._resolve, own, topics)

    def _resolve(self, jobs: Iterable[_Job], topics: set[str]) -> None:
        self.bell.ring(topics)
        for job in jobs:
            if job.answer.cancelled():
                continue
            if job.error is None:
                job.answer.set_result(job.result)
            else:
                job.answer.set_exception(job.error)


class _RolledBack(Exception):
    """Leaves the transaction of a lone verb that was refused."""


def _unavailable(error: DBAPIError) -> StorageUnavailable:
    return StorageUnavailable(f"The database can't be used right now: {error.orig}")
