"""An HTTP client for addresses that other people name.

Every address a name resolves to is checked when the socket to it is made, so a name that leads
elsewhere a moment later leads nowhere; no redirect is followed; no proxy of the environment and
no cookie is used.
"""

import socket
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver
from yarl import URL

from bot.outgoing.addresses import Allowed, fault_in

_CONNECT_SECONDS = 5.0


class AddressRefused(OSError):
    """No request may go there."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """Sends requests; made by ``outgoing``."""

    allowed: Allowed
    _guarded: aiohttp.ClientSession
    _trusted: aiohttp.ClientSession
    """For hosts that were opened by name."""

    def post(
        self, url: str, *, content: bytes, headers: Mapping[str, str]
    ) -> AbstractAsyncContextManager[aiohttp.ClientResponse]:
        """The answer, whatever its status; its body is unread and of any size.

        Raises ``AddressRefused`` (also as the ``os_error`` of aiohttp's connector errors),
        ``aiohttp.ClientError`` and ``TimeoutError``.
        """
        fault = fault_in(url, allowed=self.allowed)
        if fault is not None:
            raise AddressRefused(f"the address {fault}")
        parts = URL(url)
        session = self._trusted if self.allowed.names(parts.raw_host or "") else self._guarded
        return session.post(parts, data=content, headers=headers, allow_redirects=False)


@asynccontextmanager
async def outgoing(
    allowed: Allowed, *, within: timedelta, resolver: AbstractResolver | None = None
) -> AsyncIterator[Outgoing]:
    """A client for as long as the block runs; ``within`` bounds a whole exchange."""

    def checked_socket(info: tuple[Any, ...]) -> socket.socket:
        family, kind, protocol, _, address = info
        if not allowed.admits(address[0]):
            # The same words for each address, so that aiohttp raises one of them as it is.
            raise AddressRefused("the address leads to a machine that HITL_WEBHOOK_ALLOW lacks")
        return socket.socket(family, kind, protocol)

    guarded = aiohttp.TCPConnector(socket_factory=checked_socket, resolver=resolver)
    trusted = aiohttp.TCPConnector(resolver=resolver)
    async with _session(guarded, within=within) as one, _session(trusted, within=within) as other:
        yield Outgoing(allowed, one, other)


def _session(connector: aiohttp.TCPConnector, *, within: timedelta) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        timeout=aiohttp.ClientTimeout(total=within.total_seconds(), sock_connect=_CONNECT_SECONDS),
        cookie_jar=aiohttp.DummyCookieJar(),
        auto_decompress=False,
    )
