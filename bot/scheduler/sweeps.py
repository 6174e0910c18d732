"""Looking again and again for something to do; what was done is known by the database alone."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import timedelta

from hitl.storage.database import StorageUnavailable

log = logging.getLogger(__name__)

EVERY = timedelta(seconds=5)


@asynccontextmanager
async def sweeping(
    name: str, look: Callable[[], Awaitable[None]], *, every: timedelta = EVERY
) -> AsyncIterator[None]:
    """Look at once and then again and again for as long as the block runs."""
    running = asyncio.create_task(_sweep(name, look, every=every))
    try:
        yield
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@contextmanager
def by_itself(what: str) -> Iterator[None]:
    """One of several that a look found: if it fails, the others still have their turn.

    ``StorageUnavailable`` goes through: they would meet the same.
    """
    try:
        yield
    except StorageUnavailable:
        raise
    except Exception:  # the edge of one
        log.exception("%s failed.", what, extra={"key": "sweep.one_failed"})


async def _sweep(name: str, look: Callable[[], Awaitable[None]], *, every: timedelta) -> None:
    while True:
        try:
            await look()
        except StorageUnavailable as error:
            log.warning("The sweep of %s waits for the database: %s", name, error)
        except Exception:  # the loop's edge: a sweep that ended silently would be worse
            log.exception("The sweep of %s failed.", name, extra={"key": "sweep.failed"})
        await asyncio.sleep(every.total_seconds())
