"""A web application on an address, inside a loop that somebody else runs and stops."""

import asyncio
import errno
import socket
from collections.abc import AsyncIterator, Generator
from contextlib import asynccontextmanager, contextmanager
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from hitl.errors import HitlError

# Callers and load balancers keep an idle connection for 5 to 60 s; who lets go first must be them,
# or a request meets a closing connection.
_IDLE_SECONDS = 75

_WHY = {
    errno.EACCES: "no permission; ports under 1024 are the system's, take a higher one (HITL_PORT)",
    errno.EADDRINUSE: "another program listens there; stop it, or take another port"
    " (HITL_PORT; --port and --api-port of the demo)",
    errno.EADDRNOTAVAIL: "this machine has no such address (HITL_HOST)",
}


class AddressUnavailable(HitlError):
    """The address can't be listened on."""


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises ``AddressUnavailable``."""
    # Named TCP on purpose: asyncio switches Nagle's algorithm off only then, and with it on, each
    # answer to a kept connection waits 40 ms for an acknowledgement.
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
    except OSError as error:
        listener.close()
        why = _WHY.get(error.errno or 0, error.strerror or str(error))
        raise AddressUnavailable(f"can't listen on {host}:{port}: {why}") from error
    return listener


@asynccontextmanager
async def serving(
    app: ASGIApp, listener: socket.socket, **options: Any
) -> AsyncIterator[uvicorn.Server]:
    """Serve until the block ends; then running requests get the options' grace."""
    defaults = {
        "lifespan": "off",
        "log_config": None,
        "access_log": False,
        "timeout_keep_alive": _IDLE_SECONDS,
    }
    server = _Server(uvicorn.Config(app, **defaults | options))
    task = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await server.ready(task)
        yield server
    finally:
        server.stop()
        await task


class _Server(uvicorn.Server):
    """Leaves signals to whoever runs the loop, and stops at once when told."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._up = asyncio.Event()
        self._stopping = asyncio.Event()

    async def ready(self, task: asyncio.Task[None]) -> None:
        """Return once connections are accepted, or raise what prevented it."""
        up = asyncio.create_task(self._up.wait())
        await asyncio.wait([up, task], return_when=asyncio.FIRST_COMPLETED)
        up.cancel()
        if task.done():
            await task

    def stop(self) -> None:
        """End ``serve``."""
        self._stopping.set()

    async def main_loop(self) -> None:
        """Serve until told to stop."""
        self._up.set()
        ticking = asyncio.create_task(self._tick())
        await self._stopping.wait()
        ticking.cancel()

    async def _tick(self) -> None:
        # uvicorn's own loop does this ten times a second: the Date header, and limits.
        counter = 0
        while not await self.on_tick(counter):
            counter = (counter + 1) % 864_000
            await asyncio.sleep(0.1)

    @contextmanager
    def capture_signals(self) -> Generator[None, None, None]:
        yield
