"""Keeps foreign web pages out: only this machine's name, and no posts from another origin."""

from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
NAMES = ("127.0.0.1", "localhost", "[::1]")


class LoopbackOnly:
    """ASGI middleware; a page elsewhere can neither read (DNS rebinding) nor click (forgery)."""

    def __init__(self, app: ASGIApp, *, port: int) -> None:
        self._app = app
        self._hosts = {f"{name}:{port}" for name in NAMES}
        self._origins = {f"http://{host}" for host in self._hosts}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or refuse it."""
        if scope["type"] == "http" and not self._welcome(scope):
            refusal = PlainTextResponse("refused: not from this machine's page", status_code=403)
            await refusal(scope, receive, send)
            return
        if scope["type"] == "websocket" and Headers(scope=scope).get("host") not in self._hosts:
            await send({"type": "websocket.close", "code": 1008})
            return
        await self._app(scope, receive, send)

    def _welcome(self, scope: Scope) -> bool:
        headers = Headers(scope=scope)
        if headers.get("host") not in self._hosts:
            return False
        if scope["method"] in SAFE_METHODS:
            return True
        origin = headers.get("origin")
        site = headers.get("sec-fetch-site")
        return origin in (None, *self._origins) and site in (None, "same-origin", "none")
