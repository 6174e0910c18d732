"""Who may come in, and how much they may bring: decided before a body is read."""

import hashlib
import hmac
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from fastapi.security import HTTPBearer
from pydantic import SecretStr
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.intake.problems import problem, problem_response

MOST_BODY = 16 * 1024 * 1024
_LONGEST_LENGTH = 12
_GUARDED = ("/v1", "/metrics")
_SETTING_KEY_SCOPES = frozenset({"submit", "read", "review", "route"})


@dataclass(frozen=True, slots=True)
class Caller:
    """Who holds the key of a request."""

    name: str
    """Says which key it was without giving it away."""
    scopes: frozenset[str]


class Keyring:
    """The keys that are accepted, held as digests."""

    def __init__(self, keys: Iterable[SecretStr]) -> None:
        self._callers = [
            (digest, Caller(name=f"key {digest.hex()[:6]}", scopes=_SETTING_KEY_SCOPES))
            for digest in (_digest(key.get_secret_value()) for key in keys)
        ]

    def caller(self, authorization: str | None) -> Caller | None:
        """Whose key the header carries; looks at every key so that time tells nothing."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        digest = _digest(token.strip())
        found = [caller for known, caller in self._callers if hmac.compare_digest(known, digest)]
        return found[0] if found else None


def _digest(key: str) -> bytes:
    return hashlib.sha256(key.encode()).digest()


class KeyRequired:
    """Answers 401 to anything under ``/v1``, and to ``/metrics``, that carries no accepted key."""

    def __init__(self, app: ASGIApp, *, keyring: Keyring) -> None:
        self._app = app
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_GUARDED):
            caller = self._keyring.caller(Headers(scope=scope).get("authorization"))
            if caller is None:
                await _refuse(
                    scope, receive, send, HTTPStatus.UNAUTHORIZED, "no-key",
                    "Send the header 'Authorization: Bearer <api key>' with a key that is set"
                    " in HITL_API_KEYS.",
                )  # fmt: skip
                return
            scope.setdefault("state", {})["caller"] = caller
        await self._app(scope, receive, send)


class BodyLimit:
    """Answers 413 to a body over ``most`` bytes, announced or not."""

    def __init__(self, app: ASGIApp, *, most: int = MOST_BODY) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = Headers(scope=scope).get("content-length", "0")
        # Python refuses to read numbers of thousands of digits; such a length is too much anyway.
        if len(announced) > _LONGEST_LENGTH or (
            announced.isdigit() and int(announced) > self._most
        ):
            await _refuse(
                scope, receive, send, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too-large",
                f"The body has {announced[:_LONGEST_LENGTH]} bytes; at most {self._most}.",
            )  # fmt: skip
            return
        await self._app(scope, _counting(receive, self._most), send)


def _counting(receive: Receive, most: int) -> Callable[[], Awaitable[Message]]:
    read = 0

    async def receive_some() -> Message:
        nonlocal read
        message = await receive()
        read += len(message.get("body", b""))
        if read > most:
            raise HTTPException(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"The body has more than {most} bytes."
            )
        return message

    return receive_some


async def _refuse(  # noqa: PLR0917 - the ASGI triple comes first, as everywhere
    scope: Scope, receive: Receive, send: Send, status: HTTPStatus, code: str, detail: str
) -> None:
    headers = {"WWW-Authenticate": "Bearer"} if status == HTTPStatus.UNAUTHORIZED else {}
    await problem_response(problem(status, code, detail), **headers)(scope, receive, send)


# The keys are checked before a body is read; this tells the published contract of them.
_BEARER = HTTPBearer(auto_error=False, description="An API key; see HITL_API_KEYS.")


def holding(scope: str) -> Callable[..., Caller]:
    """A dependency: the caller, refused with 403 when the key lacks ``scope``."""

    def check(request: Request, _key: Annotated[object, Depends(_BEARER)]) -> Caller:
        caller: Caller = request.state.caller
        if scope not in caller.scopes:
            raise HTTPException(HTTPStatus.FORBIDDEN, f"This key lacks the scope {scope!r}.")
        return caller

    return check


Submitter = Annotated[Caller, Depends(holding("submit"))]
Reader = Annotated[Caller, Depends(holding("read"))]
Reviewer = Annotated[Caller, Depends(holding("review"))]
