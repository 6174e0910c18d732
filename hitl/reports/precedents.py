"""Looking up similar past cases: an index for each use case, in the memory of this process.

An index is made when it is first asked for, the latest decisions first, and follows from then on.
It says which cases may be alike and nothing more: whether people's decision on them stands, and
which one, is read anew each time, so that what was revised, reopened or erased is never shown as
it was. What is erased leaves the index, too.

A look-up takes the index as it is, in the one read that also tells how people decided; the next
one is made beside it, in small steps on a thread of its own.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection

from hitl.cases import Case
from hitl.lifecycle import WAITING
from hitl.precedents import MOST_SHOWN, Precedent
from hitl.storage.database import Database
from hitl.storage.moments import EPOCH
from hitl.storage.precedents import (
    Mark,
    PastCase,
    embedding_of,
    embeddings_of,
    erased_since,
    latest_decided,
    next_decided,
    precedents_of,
)

if TYPE_CHECKING:
    from hitl.reports.past_cases import PastCases

log = logging.getLogger(__name__)

T = TypeVar("T")
SOON = timedelta(milliseconds=25)
"""For somebody who looks on: many times what a look-up takes."""
AT_LEISURE = timedelta(seconds=5)
"""For a card that is posted."""
_MOST_BYTES_OF_ALL = 96 * 2**20
"""The indexes that were not asked for longest make room."""
_PAGE = 100
_FRESH_FOR = timedelta(seconds=2)
_USED_FOR = 5
"""Times as long an index is used as it is, while the next one is made."""
_LATE_COMMITS = timedelta(seconds=10)
"""Another process may commit a decision that much after the moment it bears."""
_CANDIDATES = 4 * MOST_SHOWN
"""Some may not stand any more."""


@dataclass(slots=True)
class _Shelf:
    """The past cases of one use case."""

    use_case: str
    cases: "PastCases | None" = None
    """None before the first."""
    newest: Mark | None = None
    looked_at: datetime = EPOCH
    """What was erased before is not here."""
    is_filled: bool = False
    followed_at: float = -math.inf
    asked_at: float = 0.0
    """On the clock of this process, in seconds."""
    upkeep: asyncio.Task[None] | None = None
    begun: asyncio.Event = field(default_factory=asyncio.Event)
    """Set once there is something to look up in, or known to be nothing."""

    @property
    def size(self) -> int:
        return 0 if self.cases is None else self.cases.size


class Precedents:
    """Finds how similar cases were decided; shared by everybody who shows cases in a process."""

    def __init__(
        self,
        database: Database,
        *,
        fresh_for: timedelta = _FRESH_FOR,
        soon: timedelta = SOON,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        """An index is brought up to date by whoever asks when it is older than ``fresh_for``;
        only where it is much older do they wait for that. ``seconds`` tells how time passes.
        """
        self._database = database
        self._fresh_for = fresh_for.total_seconds()
        self._soon = soon
        self._seconds = seconds
        self._shelves: dict[str, _Shelf] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hitl-precedents")

    async def of(self, case: Case, *, within: timedelta) -> tuple[Precedent, ...]:
        """Up to five similar cases that people decided, the most alike first, by an index that
        knows all but the last seconds.

        None for a case that waits no more or is blind, for others' answers to cases like it would
        be no check of the AI but of them; where nothing is similar, and where that can't be told
        in time. Raises nothing: a case is shown without them rather than not at all.
        """
        return await self._told(case, self._after_upkeep, within=within)

    async def at_hand(self, case: Case) -> tuple[Precedent, ...]:
        """The same by the index as it is: for somebody who waits for nothing but the case."""
        return await self._told(case, self._looked_up, within=self._soon)

    async def follow(self) -> None:
        """Bring every index up to date, so that what is erased leaves also where nobody asks."""
        for shelf in list(self._shelves.values()):
            await self._up_to_date(shelf)

    def close(self) -> None:
        """Let go of what is being read."""
        for shelf in self._shelves.values():
            if shelf.upkeep is not None:
                shelf.upkeep.cancel()
        self._thread.shutdown()

    async def _told(
        self,
        case: Case,
        look_up: Callable[[Case, _Shelf], Coroutine[Any, Any, tuple[Precedent, ...]]],
        *,
        within: timedelta,
    ) -> tuple[Precedent, ...]:
        if case.state not in WAITING or case.is_blind:
            return ()
        shelf = self._shelves.setdefault(case.use_case, _Shelf(case.use_case))
        shelf.asked_at = self._seconds()
        self._keep_up(shelf)
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await look_up(case, shelf)
        except TimeoutError:
            return ()
        except Exception:  # the edge of what a case can be shown without
            log.exception("Similar cases can't be looked up.", extra={"key": "precedents.failed"})
            return ()

    async def _after_upkeep(self, case: Case, shelf: _Shelf) -> tuple[Precedent, ...]:
        if not shelf.is_filled:
            await shelf.begun.wait()
        elif self._seconds() >= shelf.followed_at + self._fresh_for * _USED_FOR:
            await self._up_to_date(shelf)
        return await self._looked_up(case, shelf)

    async def _looked_up(self, case: Case, shelf: _Shelf) -> tuple[Precedent, ...]:
        if (cases := shelf.cases) is None:
            return ()
        return await self._database.read(lambda c: _standing(c, case, cases))

    def _keep_up(self, shelf: _Shelf) -> None:
        """See to it that what was decided since is read, without waiting for it."""
        is_stale = self._seconds() >= shelf.followed_at + self._fresh_for
        if shelf.upkeep is None and is_stale:
            keep_up = self._follow if shelf.is_filled else self._fill
            shelf.upkeep = asyncio.create_task(self._kept_up(keep_up(shelf), shelf))

    async def _up_to_date(self, shelf: _Shelf) -> None:
        self._keep_up(shelf)
        if shelf.upkeep is not None:
            # Whoever gives up must not take it away from the others who wait.
            await asyncio.shield(shelf.upkeep)

    async def _kept_up(self, keeping_up: Coroutine[Any, Any, None], shelf: _Shelf) -> None:
        try:
            await keeping_up
        except Exception as error:  # noqa: BLE001 - tried again at the next look-up
            log.warning("Past cases can't be read: %s", error, extra={"key": "precedents.unread"})
        finally:
            shelf.followed_at = self._seconds()
            shelf.upkeep = None
            shelf.begun.set()

    async def _fill(self, shelf: _Shelf) -> None:
        """Read what was decided, the latest first, as much as the index may hold."""
        shelf.cases, shelf.looked_at = None, self._database.now()
        before: Mark | None = None
        while shelf.cases is None or shelf.cases.fullness < 1:
            read = partial(latest_decided, use_case=shelf.use_case, before=before, most=_PAGE)
            page = await self._put_page(shelf, read)
            if len(page) < _PAGE:
                break
            before = page[-1].mark
        shelf.is_filled = True
        self._make_room(besides=shelf)

    async def _follow(self, shelf: _Shelf) -> None:
        """Take out what was erased since, and read what was decided since."""
        now, since = self._database.now(), shelf.looked_at - _LATE_COMMITS
        erased = await self._database.read(lambda c: erased_since(c, shelf.use_case, after=since))
        if erased and shelf.cases is not None:
            shelf.cases = await self._beside(partial(shelf.cases.without, erased))
        shelf.looked_at = now
        after = _a_little_before(shelf.newest)
        while True:
            read = partial(next_decided, use_case=shelf.use_case, after=after, most=_PAGE)
            page = await self._put_page(shelf, read)
            if len(page) < _PAGE:
                break
            after = page[-1].mark

    async def _put_page(
        self, shelf: _Shelf, read: Callable[[Connection], list[PastCase]]
    ) -> list[PastCase]:
        """Put into the index what is read, and leave as much time to others as that took."""
        start = time.monotonic()
        page = await self._database.read(read)
        if page:  # nothing is loaded for comparing texts until there are some
            shelf.cases = await self._beside(partial(_with, shelf.cases, page))
            shelf.newest = max(filter(None, [shelf.newest, *(case.mark for case in page)]))
            shelf.begun.set()
        if len(page) == _PAGE:
            await asyncio.sleep(time.monotonic() - start)
        return page

    def _make_room(self, *, besides: _Shelf) -> None:
        """Forget the indexes of other use cases that were not asked for longest."""
        total = sum(shelf.size for shelf in self._shelves.values())
        for shelf in sorted(self._shelves.values(), key=lambda each: each.asked_at):
            if total > _MOST_BYTES_OF_ALL and shelf is not besides and shelf.upkeep is None:
                total -= self._shelves.pop(shelf.use_case).size

    async def _beside(self, work: Callable[[], T]) -> T:
        """Do it on the thread of the upkeep."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _a_little_before(newest: Mark | None) -> Mark:
    if newest is None:
        return EPOCH, 0
    at, _ = newest
    return at - _LATE_COMMITS, 0


def _with(cases: "PastCases | None", page: Sequence[PastCase]) -> "PastCases":
    from hitl.reports.past_cases import PastCases  # noqa: PLC0415 - takes time, and memory

    return (cases or PastCases()).plus(page)


def _standing(connection: Connection, case: Case, cases: "PastCases") -> tuple[Precedent, ...]:
    """What is alike and stands as people decided it."""
    packed = embedding_of(connection, case.id) if cases.has_embeddings else None
    stored = partial(embeddings_of, connection)
    alike = cases.nearest(case.text or "", packed, stored=stored, most=_CANDIDATES)
    ids = [case_id for case_id, _ in alike if case_id != case.id]
    standing: list[Precedent] = []
    # Nearly always the first few all stand, and to read the others takes longer than to find them.
    while ids and len(standing) < MOST_SHOWN:
        standing += precedents_of(connection, case.use_case, ids[:MOST_SHOWN])
        ids = ids[MOST_SHOWN:]
    return tuple(standing[:MOST_SHOWN])
