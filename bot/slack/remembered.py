"""Answers kept for a minute, so that a busy channel does not ask Slack at every click."""

import asyncio
from collections.abc import Callable, Coroutine, Hashable
from datetime import timedelta
from typing import Any, TypeVar

T = TypeVar("T")


class Remembered:
    """Answers by key; callers at the same time share one question, and a failure is not kept."""

    def __init__(self, *, keep: timedelta, monotonic: Callable[[], float]) -> None:
        self._keep = keep.total_seconds()
        self._monotonic = monotonic
        self._held: dict[Hashable, tuple[float, asyncio.Task[Any]]] = {}

    async def get(self, key: Hashable, ask: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The answer for ``key``, asked for again when the last one is too old."""
        now = self._monotonic()
        until, task = self._held.get(key, (now, None))
        if task is None or until <= now:
            self._forget_old(now)
            task = asyncio.create_task(ask())
            self._held[key] = (now + self._keep, task)
            task.add_done_callback(lambda done: self._forget_failed(key, done))
        # One caller who gives up must not take the answer away from the others.
        return await asyncio.shield(task)

    def _forget_old(self, now: float) -> None:
        self._held = {key: held for key, held in self._held.items() if held[0] > now}

    def _forget_failed(self, key: Hashable, done: asyncio.Task[Any]) -> None:
        failed = done.cancelled() or done.exception() is not None
        if failed and self._held.get(key, (0, None))[1] is done:
            del self._held[key]
