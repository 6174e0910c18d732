"""The one road to the app: Socket Mode when connected, else signed HTTP; 3 s to answer."""

import asyncio
from dataclasses import dataclass, replace
from typing import Any, Literal

from bot.sandbox.delivery.payloads import new_event_id
from bot.sandbox.delivery.signed_http import SignedHttp
from bot.sandbox.delivery.socket_mode import Sockets
from bot.sandbox.faults import Faults
from bot.sandbox.kit import Json

Kind = Literal["interactive", "slash_commands", "events_api"]


class AppSilent(Exception):
    """The app gave no good answer in time; ``reason`` is ``http_timeout`` or ``http_error``."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One payload for the app; ``retry`` and ``retry_reason`` concern events only."""

    kind: Kind
    payload: Json
    retry: int = 0
    retry_reason: str = ""


def _again(delivery: Delivery) -> Delivery:
    """The same once more; Slack was seen to give copies of an event ids of their own."""
    if delivery.kind != "events_api":
        return delivery
    return replace(delivery, payload=delivery.payload | {"event_id": new_event_id()})


class AppLink:
    """Delivers payloads and returns the app's answer: a JSON object, a text, or nothing."""

    def __init__(
        self, *, http: SignedHttp, sockets: Sockets, faults: Faults, ack_within: float
    ) -> None:
        self.http = http
        self.sockets = sockets
        self._faults = faults
        self._ack_within = ack_within

    async def deliver(self, delivery: Delivery) -> Any:
        """The app's answer to one payload; raises AppSilent."""
        fault = self._faults.take("delivery", api=False)
        if fault is None:
            return await self._send(delivery)
        if fault.kind == "repeat":
            copies = [delivery, *(_again(delivery) for _ in range(fault.copies - 1))]
            answers = await asyncio.gather(*(self._send(copy) for copy in copies))
            return answers[0]
        await asyncio.sleep(fault.seconds)
        if fault.kind == "delay":
            return await self._send(delivery)
        if fault.kind == "timeout_after":
            await self._send(delivery)
        raise AppSilent("http_error" if fault.kind in ("error", "http_500") else "http_timeout")

    async def _send(self, delivery: Delivery) -> Any:
        try:
            async with asyncio.timeout(self._ack_within):
                if self.sockets.connected:
                    return await self.sockets.send(
                        delivery.kind,
                        delivery.payload,
                        retry=delivery.retry,
                        retry_reason=delivery.retry_reason,
                    )
                return await self.http.send(
                    delivery.kind,
                    delivery.payload,
                    retry=delivery.retry,
                    retry_reason=delivery.retry_reason,
                )
        except TimeoutError as error:
            raise AppSilent("http_timeout") from error
        except ConnectionError as error:
            raise AppSilent("http_error") from error
