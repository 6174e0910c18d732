"""One verb for many items: what waits for the database at the same time is written together."""

import asyncio
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.failures import was_held_up

_MOST = 128
"""Items in one transaction: more would have others wait for long."""

S = TypeVar("S")
R = TypeVar("R")


class Grouped(Generic[S, R]):
    """Runs a verb of many items; while one group is written, the next one gathers.

    The verb returns a result or a refusal for each item, in order. Where it fails, or has to wait
    for somebody's lock too long, each item of its group is tried by itself: what one of them does
    wrong, or is held up by, is not for the others to bear.
    """

    def __init__(
        self,
        database: Database,
        verb: Callable[[Transaction, Sequence[S]], Sequence[R | Exception]],
    ) -> None:
        self._database = database
        self._verb = verb
        self._waiting: deque[tuple[S, asyncio.Future[R]]] = deque()
        self._writing: asyncio.Task[None] | None = None

    async def one(self, item: S) -> R:
        """What the verb says of the item, once that is committed; raises its refusal."""
        answer: asyncio.Future[R] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, answer))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_waiting())
        return await answer

    async def all(self, items: Sequence[S]) -> list[R | Exception]:
        """What the verb says of each, once that is committed."""
        try:
            return list(await self._database.write(lambda tx: self._verb(tx, items)))
        except StorageUnavailable as error:
            if len(items) == 1 or not was_held_up(error):
                return [error] * len(items)
        except Exception as error:  # noqa: BLE001 - handed to whoever awaits the item
            if len(items) == 1:
                return [error]
        by_itself = await asyncio.gather(*(self.all([item]) for item in items))
        return [found for [found] in by_itself]

    async def _write_waiting(self) -> None:
        try:
            while self._waiting:
                most = min(len(self._waiting), _MOST)
                group = [self._waiting.popleft() for _ in range(most)]
                found = await self.all([item for item, _ in group])
                for (_, answer), result in zip(group, found, strict=True):
                    if answer.done():
                        continue
                    if isinstance(result, Exception):
                        answer.set_exception(result)
                    else:
                        answer.set_result(result)
        finally:
            self._writing = None
