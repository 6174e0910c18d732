"""A caller's server on loopback that does as told and writes down what it got."""

import asyncio
import json
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

Behaviour = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class Received:
    """One request, whatever was answered."""

    path: str
    headers: Mapping[str, str]
    content: bytes

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def body(self) -> Any:
        return json.loads(self.content)


@dataclass(slots=True)
class Receiver:
    """Answers 200 once the behaviours it was given are used up."""

    port: int = 0
    received: list[Received] = field(default_factory=list)
    behaviours: deque[Behaviour] = field(default_factory=deque)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def will(self, *behaviours: Behaviour) -> None:
        self.behaviours.extend(behaviours)

    @property
    def ids(self) -> list[str]:
        return [request.id for request in self.received]

    async def handle(self, request: web.Request) -> web.Response:
        content = await request.read()
        self.received.append(Received(request.path_qs, dict(request.headers), content))
        if self.behaviours:
            return await self.behaviours.popleft()(request)
        return web.Response()


def answer(status: int, **headers: str) -> Behaviour:
    """Answer so; an underscore in a header's name is a dash."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def behave(_request: web.Request) -> web.Response:
        return web.Response(status=status, headers=named)

    return behave


def wait(seconds: float) -> Behaviour:
    """Answer after so long, if anyone still listens."""

    async def behave(_request: web.Request) -> web.Response:
        await asyncio.sleep(seconds)
        return web.Response()

    return behave


async def reset(request: web.Request) -> web.Response:
    """Cut the connection without an answer."""
    assert request.transport is not None
    request.transport.abort()
    return web.Response()


async def trickle(request: web.Request) -> web.Response:
    """Answer 200 at once and then a body that never ends."""
    response = web.StreamResponse()
    await response.prepare(request)
    while True:
        await response.write(b"x" * 65_536)
        await asyncio.sleep(0.01)


@asynccontextmanager
async def running_receiver(host: str = "127.0.0.1") -> AsyncIterator[Receiver]:
    """A receiver on a free port, for as long as the block runs."""
    receiver = Receiver()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", receiver.handle)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, host, 0)
    await site.start()
    receiver.port = runner.addresses[0][1]
    try:
        yield receiver
    finally:
        await runner.cleanup()
