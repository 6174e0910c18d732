"""What happened, told live to each person's open pages; bounded in streams and in backlog."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterable
from typing import Any

MOST_STREAMS = 64
MOST_WAITING = 500
HEARTBEAT_SECONDS = 15.0


class TooManyStreams(Exception):
    """More pages are open than the workspace serves."""


class Feed:
    """Fans events out to streams; a stream that lags is ended, and its page fetches anew."""

    def __init__(self) -> None:
        self._streams: dict[asyncio.Queue[str | None], str] = {}
        self._closed = False

    @property
    def is_watched(self) -> bool:
        """Whether anyone would be told."""
        return bool(self._streams)

    def publish(self, event: str, data: dict[str, Any], *, to: Iterable[str]) -> None:
        """Tell the given people; never waits."""
        audience = set(to)
        line = f"event: {event}\ndata: {json.dumps(data)}\n\n"
        for queue, user in list(self._streams.items()):
            if user not in audience:
                continue
            if queue.qsize() >= MOST_WAITING:
                self._end(queue)
            else:
                queue.put_nowait(line)

    def open(self, user: str) -> asyncio.Queue[str | None]:
        """Start a stream; raises TooManyStreams."""
        if self._closed or len(self._streams) >= MOST_STREAMS:
            raise TooManyStreams
        queue: asyncio.Queue[str | None] = asyncio.Queue()
        self._streams[queue] = user
        return queue

    async def lines(self, queue: asyncio.Queue[str | None]) -> AsyncIterator[str]:
        """The stream as server-sent events, with a heartbeat so that dead pages are noticed."""
        try:
            yield "retry: 1000\n\n"
            while True:
                try:
                    line = await asyncio.wait_for(queue.get(), HEARTBEAT_SECONDS)
                except TimeoutError:
                    line = ": still here\n\n"
                if line is None:
                    return
                yield line
        finally:
            self._streams.pop(queue, None)

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        for queue in list(self._streams):
            self._end(queue)

    def _end(self, queue: asyncio.Queue[str | None]) -> None:
        self._streams.pop(queue, None)
        queue.put_nowait(None)
