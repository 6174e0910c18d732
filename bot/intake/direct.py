"""Routes that FastAPI describes and that read their requests themselves.

FastAPI's own way to a function's arguments costs more than storing a case. What comes out is the
same, refusals included; routes can have what is used here, and are refused as they are made where
they ask for more.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from email.message import Message
from typing import Any

from fastapi import APIRouter, HTTPException
from fastapi.dependencies.models import Dependant
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from fastapi.security.base import SecurityBase
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from bot.intake.problems import refusals

_JSON = "application/json"
_Arguments = dict[str, Any]


def direct_router(prefix: str, *problems: int) -> APIRouter:
    """A router of such routes; ``problems`` are the refusals that its calls have of their own."""
    return APIRouter(prefix=prefix, route_class=DirectRoute, responses=refusals(*problems))


class DirectRoute(APIRoute):
    """A coroutine that returns a response, with its JSON body, parameters and dependencies.

    Dependencies are coroutines of the request.
    """

    def __init__(self, path: str, endpoint: Callable[..., Awaitable[Response]], **of: Any) -> None:
        super().__init__(path, endpoint, **of)
        read = _reader(self.dependant)

        async def app(scope: Scope, receive: Receive, send: Send) -> None:
            request = Request(scope, receive, send)
            response = await endpoint(**await read(request))
            await response(scope, receive, send)

        self.app = app


def _reader(wanted: Dependant) -> Callable[[Request], Awaitable[_Arguments]]:
    """What makes a route's arguments of its request; raises ``RequestValidationError``."""
    _require_simple(wanted)
    dependencies = [(each.name or "", _called(each)) for each in wanted.dependencies]
    body = next(iter(wanted.body_params), None)

    async def read(request: Request) -> _Arguments:
        sent = b"" if body is None else await _json_body(request)
        arguments = {name: await call(request) for name, call in dependencies}
        if wanted.request_param_name is not None:
            arguments[wanted.request_param_name] = request
        errors: list[Any] = []
        if wanted.path_params:
            errors += _take(arguments, wanted.path_params, request.path_params, at="path")
        if wanted.query_params:
            errors += _take(arguments, wanted.query_params, request.query_params, at="query")
        if body is not None:
            given = {} if sent == b"" else {body.name: sent}
            errors += _take_one(arguments, body, given, alias=body.name, at=("body",))
        if errors:
            raise RequestValidationError(errors, body=sent or None)
        return arguments

    return read


def _require_simple(wanted: Dependant) -> None:
    others = (wanted.header_params, wanted.cookie_params, wanted.body_params[1:])
    if any(others) or wanted.response_param_name or wanted.background_tasks_param_name:
        raise TypeError(f"{wanted.call} asks for what a direct route can't give")


def _called(dependency: Dependant) -> Callable[[Request], Awaitable[Any]]:
    """The dependency as a coroutine of the request; what describes security is not asked."""
    call, takes = dependency.call, dependency.request_param_name
    is_simple = all(isinstance(each.call, SecurityBase) for each in dependency.dependencies)
    if call is None or takes is None or not is_simple:
        raise TypeError(f"{call} is no dependency of a direct route")
    described = {each.name or "": None for each in dependency.dependencies}
    return lambda request: call(**{takes: request}, **described)


def _take(
    arguments: _Arguments, fields: Sequence[Any], values: Mapping[str, Any], *, at: str
) -> list[Any]:
    errors: list[Any] = []
    for field in fields:
        errors += _take_one(arguments, field, values, alias=field.alias, at=(at, field.alias))
    return errors


def _take_one(
    arguments: _Arguments, field: Any, values: Mapping[str, Any], *, alias: str, at: tuple[str, ...]
) -> list[Any]:
    """Put the value of one field among the arguments; what is wrong with it otherwise."""
    if alias not in values:
        if field.field_info.is_required():
            return [{"type": "missing", "loc": at, "msg": "Field required", "input": None}]
        arguments[field.name] = field.default
        return []
    arguments[field.name], errors = field.validate(values[alias], loc=at)
    return list(errors)


async def _json_body(request: Request) -> Any:
    """The body as data, or as it came where it is empty or not sent as JSON."""
    try:
        raw = await request.body()
        is_data = raw and _is_json(request.headers.get("content-type", ""))
        return await request.json() if is_data else raw
    except json.JSONDecodeError as error:
        place = ("body", error.pos)
        wrong = {"type": "json_invalid", "loc": place, "ctx": {"error": error.msg}}
        raise RequestValidationError([wrong]) from error
    except HTTPException:
        raise
    except Exception as error:
        # It went away, or is nested deeper or written otherwise than can be read.
        raise HTTPException(400, "There was an error parsing the body") from error


def _is_json(content_type: str) -> bool:
    if content_type == _JSON:
        return True
    header = Message()
    header["content-type"] = content_type or "text/plain"
    subtype = header.get_content_subtype()
    return header.get_content_maintype() == "application" and (
        subtype == "json" or subtype.endswith("+json")
    )
