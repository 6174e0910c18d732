"""The database that runs verbs: plain functions of a transaction, committed before answered.

SQLite has one writer connection whose thread commits every verb that is waiting in one
transaction (one fsync for many); PostgreSQL has a few workers that commit one verb each, beside
those of any number of other processes.
"""

import asyncio
import secrets
import threading
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from queue import SimpleQueue
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, RootTransaction
from sqlalchemy.exc import DBAPIError

from hitl.failpoints import Instant, reach
from hitl.storage.bell import Bell
from hitl.storage.clocks import Clock, ServerClock, system_now
from hitl.storage.engines import reading_engine, writing_engine
from hitl.storage.failures import MISTAKES, StorageUnavailable, is_undone, tried
from hitl.storage.opened_file import OpenedFile
from hitl.storage.remains import clear_remains
from hitl.storage.replicas import Replicas

__all__ = ["Clock", "Database", "StorageUnavailable", "Transaction"]

T = TypeVar("T")
_SQLITE_VERBS_A_COMMIT = 64
_POSTGRESQL_WORKERS = 8
_READERS = 4


@dataclass(slots=True)
class Transaction:
    """What a verb works with: one connection inside one transaction at one moment."""

    connection: Connection
    now: datetime
    topics: set[str] = field(default_factory=set)
    salt: Callable[[], str] = secrets.token_hex
    """A fresh random string that nobody can guess."""

    def announce(self, topic: str) -> None:
        """Ring ``topic`` once this transaction is committed."""
        self.topics.add(topic)


@dataclass(slots=True)
class _Job:
    verb: Callable[[Any], Any]
    """Of a transaction, where it writes, or of the connection that it reads from."""
    answer: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop
    result: Any = None
    error: BaseException | None = None


class _Entangled(Exception):
    """A verb failed after it had changed something, among others in one transaction.

    Each is run again by itself. That is rare; a savepoint for each verb would cost as much as two
    of its statements, always.
    """


class Database:
    """Owns the connections; ``write`` and ``read`` are awaited from the event loop."""

    def __init__(self, url: str, *, clock: Clock | None = None, is_beside: bool = False) -> None:
        """``clock`` stands in for the database's own, by which replicas agree.

        ``is_beside`` a service that may run on the same SQLite file.

        Raises ``StorageUnavailable`` when a server can't be asked for the time.
        """
        self.url = url
        self.bell = Bell()
        self.holds_erased = False
        self._writing: Engine = writing_engine(
            url, connections=_POSTGRESQL_WORKERS, is_beside=is_beside
        )
        self._reading: Engine = reading_engine(url, connections=_READERS)
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        self._queries: SimpleQueue[_Job | None] = SimpleQueue()
        is_shared = self._writing.dialect.name == "postgresql"
        self._most = 1 if is_shared else _SQLITE_VERBS_A_COMMIT
        self._is_file = not is_shared
        self._file: OpenedFile | None = None
        self._clock = clock or (_server_clock(self._writing) if is_shared else system_now)
        self._replicas = self._dial() if is_shared else None
        self._workers = _started(
            self._work, name="hitl-write", count=_POSTGRESQL_WORKERS if is_shared else 1
        )
        # Cheaper than an executor, whose every call takes four locks.
        self._readers = _started(self._look_up, name="hitl-read", count=_READERS)

    def now(self) -> datetime:
        """The moment verbs would be given now."""
        return self._clock()

    async def write(self, verb: Callable[[Transaction], T]) -> T:
        """What the verb returns, once it is committed; its refusals are raised here.

        The verb may be run again after a failure that undid it, so it changes nothing but the
        database. Raises ``StorageUnavailable``, which says whether it may be stored all the same.
        """
        # Whoever goes away leaves an answer that nobody reads; the verb is run all the same.
        return await _done(verb, by=self._jobs)

    async def read(self, query: Callable[[Connection], T]) -> T:
        """What the query returns, read from one snapshot."""
        return await _done(query, by=self._queries)

    async def forget_erased(self) -> None:
        """Have the files of the database hold nothing that was erased before.

        Raises ``StorageUnavailable``; then ``holds_erased`` says that it is still to be done.
        """
        self.holds_erased = True
        await asyncio.to_thread(tried, partial(clear_remains, self._writing))
        self.holds_erased = False

    def close(self) -> None:
        """Finish what is queued, then let go of every connection."""
        for threads, queue in ((self._workers, self._jobs), (self._readers, self._queries)):
            for _ in threads:
                queue.put(None)
            for thread in threads:
                thread.join()
        if self._replicas is not None:
            self._replicas.close()
        # The last connection to an SQLite file writes its log back, and only this one writes.
        self._reading.dispose()
        self._writing.dispose()

    def _dial(self) -> Replicas:
        clock = self._clock if isinstance(self._clock, ServerClock) else None
        return Replicas(self.url, bell=self.bell, clock=clock)

    def _look_up(self) -> None:
        # One connection for each thread: taking it from a pool and back costs more than most
        # queries.
        connection: Connection | None = None
        while (job := self._queries.get()) is not None:
            if job.answer.cancelled():
                continue
            try:
                connection = connection or tried(self._reading.connect)
                job.result = tried(partial(_snapshot, connection, job.verb))
            except Exception as error:  # noqa: BLE001 - handed to whoever awaits the answer
                job.error = error
            self._answer([job], set())
        if connection is not None:
            connection.close()

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            jobs = [job]
            while len(jobs) < self._most and not self._jobs.empty():
                following = self._jobs.get()
                if following is None:
                    self._jobs.put(None)
                    break
                jobs.append(following)
            self._answer(jobs, self._store(jobs))

    def _store(self, jobs: list[_Job]) -> set[str]:
        """Run the jobs in one transaction; the topics to ring if it was committed."""
        try:
            return tried(lambda: self._transact(jobs))
        except _Entangled:
            return set().union(*(self._store([job]) for job in jobs))
        except Exception as error:  # noqa: BLE001 - handed to everyone who awaits its verb
            # Refusals too: they may go back to what another job did, and it is gone.
            for job in jobs:
                job.error = error
            return set()

    def _transact(self, jobs: list[_Job]) -> set[str]:
        topics: set[str] = set()
        with self._writing.connect() as connection, connection.begin() as transaction:
            self._require_file(connection)
            for job in jobs:
                before = _changes(connection) if len(jobs) > 1 else 0
                topics |= self._run(job, connection)
                if job.error and len(jobs) > 1 and _changes(connection) > before:
                    raise _Entangled
            if all(job.error for job in jobs):
                transaction.rollback()
            else:
                reach(Instant.COMMIT_BEFORE)
                _commit(transaction)
                reach(Instant.COMMIT_AFTER)
        return topics

    def _require_file(self, connection: Connection) -> None:
        if self._is_file:
            self._file = self._file or OpenedFile(connection)
            self._file.require_in_place()

    def _run(self, job: _Job, connection: Connection) -> set[str]:
        transaction = Transaction(connection, self._clock())
        job.error = None
        try:
            job.result = job.verb(transaction)
        except DBAPIError as error:
            if not isinstance(error, MISTAKES):
                raise
            job.error = error
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the verb
            job.error = error
        return set() if job.error else transaction.topics

    def _answer(self, jobs: list[_Job], topics: set[str]) -> None:
        by_loop: defaultdict[asyncio.AbstractEventLoop, list[_Job]] = defaultdict(list)
        for job in jobs:
            by_loop[job.loop].append(job)
        for loop, own in by_loop.items():
            if not loop.is_closed():
                loop.call_soon_threadsafe(self._resolve, own, topics)
        if self._replicas is not None:
            self._replicas.tell(topics)

    def _resolve(self, jobs: Iterable[_Job], topics: set[str]) -> None:
        self.bell.ring(topics)
        for job in jobs:
            if job.answer.cancelled():
                continue
            if job.error is None:
                job.answer.set_result(job.result)
            elif isinstance(job.error, StopIteration):
                # No future takes it, and whoever stands behind would never be answered.
                job.answer.set_exception(RuntimeError("StopIteration"))
            else:
                job.answer.set_exception(job.error)


def _started(work: Callable[[], None], *, name: str, count: int) -> list[threading.Thread]:
    threads = [
        threading.Thread(target=work, name=f"{name}-{number}", daemon=True)
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    return threads


async def _done(verb: Callable[[Any], T], *, by: SimpleQueue[_Job | None]) -> T:
    """What it returns, once the queue's threads have run it; what it raises is raised here."""
    loop = asyncio.get_running_loop()
    job = _Job(verb=verb, answer=loop.create_future(), loop=loop)
    by.put(job)
    answer: T = await job.answer
    return answer


def _snapshot(connection: Connection, query: Callable[[Connection], T]) -> T:
    with connection.begin():
        return query(connection)


def _changes(connection: Connection) -> int:
    """Rows changed by this SQLite connection so far."""
    raw = connection.connection.dbapi_connection
    return int(raw.total_changes)  # type: ignore[union-attr]


def _commit(transaction: RootTransaction) -> None:
    try:
        transaction.commit()
    except DBAPIError as error:
        if is_undone(error):
            raise
        # Sent, and not answered with yes or no: the server may have gone before or after it.
        words = f"It is not known whether this was stored; ask again: {error.orig}"
        raise StorageUnavailable(words, may_be_stored=True) from error


def _server_clock(engine: Engine) -> ServerClock:
    def attempt() -> ServerClock:
        with engine.connect() as connection:
            return ServerClock(connection)

    return tried(attempt)
