"""``/api/{method}``: arguments in, ordered faults, token, scope and rate checks, the answer out."""

import json
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from bot.sandbox.calls import ApiCall
from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.faults import Fault
from bot.sandbox.kit import Json
from bot.sandbox.trouble import strike, under_fault
from bot.sandbox.webapi.call import Call, Method
from bot.sandbox.webapi.methods import METHODS
from bot.sandbox.workspace import Workspace, workspace_of

TOO_MANY = 429


async def web_api(request: Request) -> Response:
    """Answer one Web API call."""
    name: str = request.path_params["method"]
    fault = workspace_of(request).faults.take(name)
    return await under_fault(request, fault, lambda: _answered(request, name, fault))


async def _answered(request: Request, name: str, fault: Fault | None) -> Response:
    workspace = workspace_of(request)
    args: Json = {}
    try:
        method, args = await _understood(request, name)
        strike(fault)
        call = Call(workspace=workspace, method=name, args=args)
        _check_token(method, _taken_token(request, args), workspace.config)
        _admit(method, call)
        answer = {"ok": True} | method.run(call)
    except Refused as refused:
        answer = refused.answer()
    _note(workspace, name, args, answer)
    return _response(workspace, answer)


async def _understood(request: Request, name: str) -> tuple[Method, Json]:
    method = METHODS.get(name)
    if method is None:
        raise Refused("unknown_method", req_method=name)
    args: Json = dict(request.query_params)
    body = await request.body()
    content_type = request.headers.get("content-type", "").partition(";")[0]
    if content_type == "application/json":
        parsed = _json_body(body)
        args |= parsed if method.takes_json else {}
    elif content_type.startswith("multipart/"):
        raise Refused("invalid_form_data")
    else:
        args |= dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True))
    return method, args


def _json_body(body: bytes) -> Json:
    try:
        parsed = json.loads(body or b"{}")
    except ValueError as error:
        raise Refused("invalid_json") from error
    if not isinstance(parsed, dict):
        raise Refused("json_not_object")
    return parsed


def _taken_token(request: Request, args: Json) -> str:
    """The token from the header or else the arguments, which it is taken out of."""
    among_arguments = str(args.pop("token", ""))
    return request.headers.get("authorization", "").removeprefix("Bearer ") or among_arguments


def _check_token(method: Method, token: str, config: WorkspaceConfig) -> None:
    if method.by == "anyone":
        return
    if not token:
        raise Refused("not_authed")
    if token not in (config.bot_token, config.app_token):
        raise Refused("invalid_auth")
    if token != (config.app_token if method.by == "app" else config.bot_token):
        raise Refused("not_allowed_token_type")


def _admit(method: Method, call: Call) -> None:
    """Rate, scope and required arguments, in that order."""
    if call.workspace.config.enforce_rates:
        wait = call.workspace.rates.wait_for_method(call.method, tier=method.tier)
        if wait:
            raise Refused("ratelimited", retry_after=wait)
    if method.scope:
        call.require_scope(method.scope)
    missing = [need for need in method.needs if call.args.get(need) in (None, "")]
    if missing:
        raise invalid_arguments(*(f"missing required field: {need}" for need in missing))


def _note(workspace: Workspace, name: str, args: Json, answer: Json) -> None:
    channel = answer.get("channel") or args.get("channel")
    workspace.calls.note(
        ApiCall(
            method=name,
            ok=answer["ok"],
            error=answer.get("error"),
            channel=channel.get("id") if isinstance(channel, dict) else channel,
            ts=answer.get("ts") or args.get("ts"),
            at=workspace.config.clock(),
        )
    )


def _response(workspace: Workspace, answer: Json) -> Response:
    headers = {"x-oauth-scopes": ",".join(sorted(workspace.config.scopes))}
    status = answer.pop("status", 200)
    if answer.get("error") == "ratelimited":
        status = TOO_MANY
        headers["retry-after"] = str(answer.pop("retry_after", 1))
    return JSONResponse(answer, status_code=status, headers=headers)
