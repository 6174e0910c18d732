"""Ordered faults at work on a request: slow answers, refusals, connections that break."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.sandbox.errors import Refused
from bot.sandbox.faults import Fault


class DroppableProtocol(HttpToolsProtocol):
    """HTTP that leaves its connection within reach of the request, so that it can be cut."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Remember the connection in the state every request of it is given."""
        self.app_state: dict[str, Any] = {**self.app_state, "transport": transport}
        super().connection_made(transport)


async def under_fault(
    request: Request, fault: Fault | None, work: Callable[[], Awaitable[Response]]
) -> Response:
    """The work's response, unless the fault is slow or loses the connection before or after."""
    if fault is None:
        return await work()
    await request.body()  # asking whether the client is still there would swallow it
    if fault.kind in ("delay", "timeout_before"):
        await _pause(request, fault.seconds)
    if fault.kind == "timeout_before":
        return await _drop_connection(request)
    response = await work()
    if fault.kind == "timeout_after":
        await _pause(request, fault.seconds)
        return await _drop_connection(request)
    return response


def strike(fault: Fault | None) -> None:
    """Raise the answer the fault asks for, in place of any work."""
    if fault is None:
        return
    if fault.kind == "ratelimited":
        raise Refused("ratelimited", retry_after=fault.retry_after)
    if fault.kind == "error":
        raise Refused(fault.error)
    if fault.kind == "http_500":
        raise Refused("internal_error", status=500)


async def _pause(request: Request, seconds: float) -> None:
    """Wait, but not for a client that has given up."""
    loop = asyncio.get_running_loop()
    over = loop.time() + seconds
    while (left := over - loop.time()) > 0:
        if await request.is_disconnected():
            return
        await asyncio.sleep(min(left, 0.05))


async def _drop_connection(request: Request) -> Response:
    """Cut the connection with no answer; the response returned goes nowhere."""
    request.state.transport.abort()
    while not await request.is_disconnected():  # noqa: ASYNC110 - the server tells no other way
        await asyncio.sleep(0)
    return Response()
