"""Socket Mode: tickets, the app's WebSocket connections, envelopes and their acknowledgements."""

import asyncio
import json
import secrets
from collections.abc import Callable
from typing import Any

from starlette.websockets import WebSocket, WebSocketDisconnect

from bot.sandbox.kit import Json

MOST_CONNECTIONS = 10
TICKET_LIVES_SECONDS = 30.0


class Sockets:
    """The app's open connections; each payload goes to any one of them."""

    def __init__(self, *, app_id: str, clock: Callable[[], float]) -> None:
        self._app_id = app_id
        self._clock = clock
        self._tickets: dict[str, float] = {}
        self._open: list[WebSocket] = []
        self._waiting: dict[str, tuple[WebSocket, asyncio.Future[Any]]] = {}

    @property
    def connected(self) -> bool:
        """Whether the app can be reached this way."""
        return bool(self._open)

    def ticket(self) -> str:
        """What the WebSocket URL of ``apps.connections.open`` carries; good once, for seconds."""
        now = self._clock()
        self._tickets = {
            t: at for t, at in self._tickets.items() if now - at < TICKET_LIVES_SECONDS
        }
        ticket = secrets.token_urlsafe(16)
        self._tickets[ticket] = now
        return ticket

    async def serve(self, socket: WebSocket) -> None:
        """One connection of the app, from its ticket to its end."""
        issued = self._tickets.pop(socket.query_params.get("ticket", ""), None)
        if issued is None or self._clock() - issued >= TICKET_LIVES_SECONDS:
            await socket.close(code=1008)
            return
        await socket.accept()
        if len(self._open) >= MOST_CONNECTIONS:
            await socket.send_json({"type": "disconnect", "reason": "too_many_websockets"})
            await socket.close()
            return
        self._open.append(socket)
        try:
            await socket.send_json(self._hello())
            while True:
                self._acknowledge(await socket.receive_text())
        except WebSocketDisconnect:
            pass
        finally:
            self._lost(socket)

    async def send(self, kind: str, payload: Json, *, retry: int, retry_reason: str) -> Any:
        """Deliver on one connection and await its acknowledgement; raises ConnectionError."""
        socket = secrets.choice(self._open)
        envelope_id = secrets.token_hex(16)
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope_id] = (socket, answer)
        envelope: Json = {
            "envelope_id": envelope_id,
            "type": kind,
            "payload": payload,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": retry, "retry_reason": retry_reason}
        try:
            await socket.send_json(envelope)
            return await answer
        except (RuntimeError, WebSocketDisconnect) as error:
            raise ConnectionError("the app's socket closed") from error
        finally:
            self._waiting.pop(envelope_id, None)

    async def refresh(self) -> None:
        """Ask every connection to be replaced, as Slack does every few hours."""
        for socket in list(self._open):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested"})
            await socket.close()
            self._lost(socket)

    def _hello(self) -> Json:
        return {
            "type": "hello",
            "num_connections": len(self._open),
            "connection_info": {"app_id": self._app_id},
            "debug_info": {"host": "local", "approximate_connection_time": 18060},
        }

    def _acknowledge(self, text: str) -> None:
        try:
            message = json.loads(text)
        except ValueError:
            return
        envelope_id = message.get("envelope_id") if isinstance(message, dict) else None
        _, answer = self._waiting.get(str(envelope_id), (None, None))
        if answer is not None and not answer.done():
            answer.set_result(message.get("payload") or None)

    def _lost(self, socket: WebSocket) -> None:
        if socket in self._open:
            self._open.remove(socket)
        for waiting_on, answer in self._waiting.values():
            if waiting_on is socket and not answer.done():
                answer.set_exception(ConnectionError("the app's socket closed"))
