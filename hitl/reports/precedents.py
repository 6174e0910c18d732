"""Looking up similar past cases: an index for each use case, in the memory of this process.

An index is made when it is first asked for, the latest decisions first, and follows from then on.
It says which cases may be alike and nothing more: whether people's decision on them stands, and
which one, is read anew each time, so that what was revised, reopened or erased is never shown as
it was.
"""

import asyncio
import logging
import math
import time
from collections.abc import Callable, Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from hitl.cases import Case
from hitl.lifecycle import WAITING
from hitl.precedents import BYTES_A_NUMBER, MOST_SHOWN, Precedent
from hitl.storage.database import Database
from hitl.storage.moments import EPOCH
from hitl.storage.precedents import (
    Mark,
    PastCase,
    embedding_of,
    latest_decided,
    next_decided,
    precedents_of,
)

if TYPE_CHECKING:
    from hitl.similarity.texts import TextIndex
    from hitl.similarity.vectors import VectorIndex

log = logging.getLogger(__name__)

T = TypeVar("T")
SOON = timedelta(milliseconds=100)
"""For somebody who looks on: too short for an index to be made, and many times what it needs."""
AT_LEISURE = timedelta(seconds=5)
"""For a card that is posted."""
MOST_CASES = 100_000
"""Of a use case; the latest."""
_MOST_ENTRIES = 2**24
"""Of an index, eight bytes each: cases with long texts are fewer than ``MOST_CASES``."""
_MOST_ENTRIES_OF_ALL = 3 * _MOST_ENTRIES
"""The indexes that were not asked for longest make room."""
_PAGE = 500
_FRESH_FOR = timedelta(seconds=2)
_LATE_COMMITS = timedelta(seconds=10)
"""Another process may commit a decision that much after the moment it bears."""
_CANDIDATES = 4 * MOST_SHOWN
"""Some may not stand any more."""


@dataclass(slots=True)
class _Shelf:
    """The past cases of one use case."""

    use_case: str
    texts: "TextIndex | None" = None
    vectors: dict[int, "VectorIndex"] = field(default_factory=dict)
    """By the number of bytes of a vector."""
    known: set[int] = field(default_factory=set)
    newest: Mark | None = None
    is_filling: bool = False
    followed_at: float = -math.inf
    asked_at: float = 0.0
    """On the clock of this process, in seconds."""
    work: asyncio.Task[None] | None = None

    @property
    def entries(self) -> int:
        texts = 0 if self.texts is None else self.texts.entries
        return texts + sum(each.entries for each in self.vectors.values())

    @property
    def is_full(self) -> bool:
        return len(self.known) >= MOST_CASES or self.entries >= _MOST_ENTRIES

    @property
    def is_too_large(self) -> bool:
        return len(self.known) > 1.2 * MOST_CASES or self.entries > 1.2 * _MOST_ENTRIES


class Precedents:
    """Finds how similar cases were decided; shared by everybody who shows cases in a process."""

    def __init__(self, database: Database, *, fresh_for: timedelta = _FRESH_FOR) -> None:
        """An index is brought up to date by whoever asks when it is older than ``fresh_for``."""
        self._database = database
        self._fresh_for = fresh_for.total_seconds()
        self._shelves: dict[str, _Shelf] = {}
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="hitl-precedents")

    async def of(self, case: Case, *, within: timedelta) -> tuple[Precedent, ...]:
        """Up to five similar cases that people decided, the most alike first.

        None for a case that waits no more or is blind, for others' answers to cases like it would
        be no check of the AI but of them; where nothing is similar, and where that can't be told
        in time. Raises nothing: a case is shown without them rather than not at all.
        """
        if case.state not in WAITING or case.is_blind:
            return ()
        try:
            async with asyncio.timeout(within.total_seconds()):
                return await self._found(case)
        except TimeoutError:
            return ()
        except Exception:  # the edge of what a case can be shown without
            log.exception("Similar cases can't be looked up.", extra={"key": "precedents.failed"})
            return ()

    def close(self) -> None:
        """Let go of what is being read."""
        for shelf in self._shelves.values():
            if shelf.work is not None:
                shelf.work.cancel()
        self._thread.shutdown()

    async def _found(self, case: Case) -> tuple[Precedent, ...]:
        shelf = await self._shelf(case.use_case)
        if not shelf.known:
            return ()
        packed = None
        if shelf.vectors:
            packed = await self._database.read(lambda c: embedding_of(c, case.id))
        ids = await self._apart(lambda: _nearest(shelf, case, packed))
        if not ids:
            return ()
        stand = await self._database.read(lambda c: precedents_of(c, case.use_case, ids))
        return stand[:MOST_SHOWN]

    async def _shelf(self, use_case: str) -> _Shelf:
        """The use case's index, with what was decided since; as far as it is read, at first."""
        shelf = self._shelves.setdefault(use_case, _Shelf(use_case))
        shelf.asked_at = time.monotonic()
        if shelf.work is None and shelf.asked_at >= shelf.followed_at + self._fresh_for:
            keep_up = self._fill if shelf.texts is None else self._follow
            shelf.work = asyncio.create_task(self._work(keep_up(shelf), shelf))
        if shelf.work is not None and not (shelf.known and shelf.is_filling):
            # Whoever gives up must not take it away from the others who wait.
            await asyncio.shield(shelf.work)
        return shelf

    async def _work(self, keeping_up: Coroutine[Any, Any, None], shelf: _Shelf) -> None:
        try:
            await keeping_up
        except Exception as error:  # noqa: BLE001 - made anew at the next look-up
            self._shelves.pop(shelf.use_case, None)
            log.warning("Past cases can't be read: %s", error, extra={"key": "precedents.unread"})
        finally:
            shelf.followed_at = time.monotonic()
            shelf.work = None

    async def _fill(self, shelf: _Shelf) -> None:
        """Read what was decided, the latest first, as much as the index may hold."""
        shelf.is_filling = True
        before: Mark | None = None
        while not shelf.is_full:
            read = partial(latest_decided, use_case=shelf.use_case, before=before, most=_PAGE)
            page = await self._database.read(read)
            await self._put(shelf, page)
            if len(page) < _PAGE:
                break
            before = page[-1].mark
        shelf.is_filling = False
        self._make_room(besides=shelf.use_case)

    async def _follow(self, shelf: _Shelf) -> None:
        """Read what was decided since; an index that has grown too large is made anew."""
        after = _a_little_before(shelf.newest)
        while True:
            read = partial(next_decided, use_case=shelf.use_case, after=after, most=_PAGE)
            page = await self._database.read(read)
            await self._put(shelf, page)
            if len(page) < _PAGE:
                break
            after = page[-1].mark
        if shelf.is_too_large:
            self._shelves.pop(shelf.use_case, None)

    def _make_room(self, *, besides: str) -> None:
        """Forget the indexes of other use cases that were not asked for longest."""
        others = sorted(self._shelves, key=lambda name: self._shelves[name].asked_at)
        total = sum(shelf.entries for shelf in self._shelves.values())
        for name in others:
            if total <= _MOST_ENTRIES_OF_ALL:
                return
            if name != besides and self._shelves[name].work is None:
                total -= self._shelves.pop(name).entries

    async def _put(self, shelf: _Shelf, page: Sequence[PastCase]) -> None:
        if page:  # what compares texts takes seconds to load, and has nothing to do until then
            await self._apart(partial(_put, shelf, page))

    async def _apart(self, work: Callable[[], T]) -> T:
        """Do it beside the event loop, one thing after the other."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)


def _a_little_before(newest: Mark | None) -> Mark:
    if newest is None:
        return EPOCH, 0
    at, _ = newest
    return at - _LATE_COMMITS, 0


def _put(shelf: _Shelf, page: Sequence[PastCase]) -> None:
    from hitl.similarity.texts import TextIndex  # noqa: PLC0415 - takes a second, and memory
    from hitl.similarity.vectors import VectorIndex  # noqa: PLC0415 - the same

    if shelf.texts is None:
        shelf.texts = TextIndex()
    new = [case for case in page if case.id not in shelf.known]
    worded = [case for case in new if case.text]
    shelf.texts.add([case.id for case in worded], [case.text for case in worded])
    embedded = [(case.id, case.embedding) for case in new if case.embedding is not None]
    for size in {len(packed) for _, packed in embedded}:
        index = shelf.vectors.setdefault(size, VectorIndex(size // BYTES_A_NUMBER))
        alike = [(case_id, packed) for case_id, packed in embedded if len(packed) == size]
        index.add([case_id for case_id, _ in alike], [packed for _, packed in alike])
    shelf.known.update(case.id for case in new)
    marks = [case.mark for case in new]
    shelf.newest = max(marks + ([] if shelf.newest is None else [shelf.newest]), default=None)


def _nearest(shelf: _Shelf, case: Case, packed: bytes | None) -> list[int]:
    """By what the caller says is alike where it says so of past cases too, else by the text."""
    index = None if packed is None else shelf.vectors.get(len(packed))
    if index is not None and packed is not None:
        alike = index.nearest(packed, most=_CANDIDATES)
    elif shelf.texts is not None:
        alike = shelf.texts.nearest(case.text or "", most=_CANDIDATES)
    else:
        alike = []
    return [case_id for case_id, _ in alike if case_id != case.id]
