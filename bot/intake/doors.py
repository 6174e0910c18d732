"""Who may come in, and how much they may bring: decided before a body is read."""

from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import Annotated

from fastapi import Depends, HTTPException, Request, Security
from fastapi.security import HTTPBearer
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from bot.intake.keyring import Caller, Keyring, KeysUnknown
from bot.intake.problems import problem, problem_of, problem_response
from hitl.api_keys import Scope as KeyScope

__all__ = ["BodyLimit", "Caller", "KeyRequired", "Keyring", "holding"]

MOST_BODY = 16 * 1024 * 1024
_LONGEST_LENGTH = 12
_GUARDED = ("/v1", "/metrics")


class KeyRequired:
    """Answers 401 to anything under ``/v1``, and to ``/metrics``, that carries no accepted key."""

    def __init__(self, app: ASGIApp, *, keyring: Keyring) -> None:
        self._app = app
        self._keyring = keyring

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_GUARDED):
            try:
                caller = self._keyring.caller(Headers(scope=scope).get("authorization"))
            except KeysUnknown as error:
                await problem_response(problem_of(error))(scope, receive, send)
                return
            if caller is None:
                await _refuse(
                    scope, receive, send, HTTPStatus.UNAUTHORIZED, "no-key",
                    "Send the header 'Authorization: Bearer <api key>' with a key that was made"
                    " with hitl keys create, or is set in HITL_API_KEYS.",
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
_BEARER = HTTPBearer(
    auto_error=False,
    description="An API key: see `hitl keys create` and HITL_API_KEYS. Each call names the scope"
    " that its key must have.",
)


def holding(scope: KeyScope, *instead: KeyScope) -> Callable[..., Awaitable[Caller]]:
    """A dependency: the caller, refused with 403 when the key lacks ``scope``, and any instead.

    Every call under ``/v1`` has one. What a caller may do there concerns their use cases alone:
    ``Caller.use_case``, ``use_cases_of`` and ``require`` see to it.
    """

    # A coroutine: FastAPI would look for a free thread for a function, at each request.
    async def check(
        request: Request, _key: Annotated[object, Security(_BEARER, scopes=[scope])]
    ) -> Caller:
        caller: Caller = request.state.caller
        if caller.scopes.isdisjoint({scope, *instead}):
            raise HTTPException(HTTPStatus.FORBIDDEN, f"This key lacks the scope '{scope}'.")
        return caller

    return check


Submitter = Annotated[Caller, Depends(holding(KeyScope.SUBMIT))]
Reader = Annotated[Caller, Depends(holding(KeyScope.READ))]
Looker = Annotated[Caller, Depends(holding(KeyScope.READ, KeyScope.REVIEW))]
"""Whoever may read; those who may only review are shown what reviewers are shown."""
Reviewer = Annotated[Caller, Depends(holding(KeyScope.REVIEW))]
Administrator = Annotated[Caller, Depends(holding(KeyScope.ADMIN))]
