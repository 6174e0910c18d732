"""The app's other doors: response URLs, upload URLs and the Socket Mode address."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket

from bot.sandbox.calls import ApiCall
from bot.sandbox.delivery.response_urls import ResponseUrl
from bot.sandbox.errors import Refused
from bot.sandbox.faults import Fault
from bot.sandbox.files import LARGEST_FILE
from bot.sandbox.kit import Json
from bot.sandbox.messages import Message
from bot.sandbox.trouble import strike, under_fault
from bot.sandbox.webapi.posting import checked_content, post_as_app, rewrite
from bot.sandbox.workspace import Workspace, workspace_of

NOT_FOUND = frozenset({"expired_url", "used_url", "message_not_found"})


async def response_url(request: Request) -> Response:
    """A message for where someone acted: rewrites, deletes, or posts (ephemeral by default)."""
    fault = workspace_of(request).faults.take("response_url", api=False)
    return await under_fault(request, fault, lambda: _answered(request, fault))


async def _answered(request: Request, fault: Fault | None) -> Response:
    workspace = workspace_of(request)
    error: str | None = None
    try:
        strike(fault)
        _respond(workspace, request.path_params["token"], await _content(request))
    except Refused as refused:
        error = refused.code
    now = workspace.config.clock()
    workspace.calls.note(ApiCall(method="response_url", ok=not error, error=error, at=now))
    if error is None:
        return PlainTextResponse("ok")
    status = 404 if error in NOT_FOUND else 500
    return JSONResponse({"ok": False, "error": error}, status_code=status)


async def upload(request: Request) -> Response:
    """The raw bytes announced by ``files.getUploadURLExternal``."""
    workspace = workspace_of(request)
    stored = workspace.state.files.by_ticket(request.path_params["ticket"])
    if stored is None or stored.content is not None:
        return PlainTextResponse("unknown or used upload URL", status_code=404)
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > min(stored.length, LARGEST_FILE):
            return PlainTextResponse("more bytes than announced", status_code=400)
    if len(content) != stored.length:
        return PlainTextResponse("fewer bytes than announced", status_code=400)
    stored.content = bytes(content)
    return PlainTextResponse(f"OK - {len(content)}")


async def socket(websocket: WebSocket) -> None:
    """One Socket Mode connection of the app."""
    await workspace_of(websocket).sockets.serve(websocket)


async def _content(request: Request) -> Json:
    try:
        content: Any = await request.json()
    except ValueError as error:
        raise Refused("invalid_payload") from error
    if not isinstance(content, dict):
        raise Refused("invalid_payload")
    return content


def _respond(workspace: Workspace, token: str, content: Json) -> None:
    url = workspace.response_urls.use(token, now=workspace.config.clock())
    text, blocks = str(content.get("text") or ""), content.get("blocks")
    if content.get("delete_original"):
        workspace.state.delete(_source(workspace, url))
    elif content.get("replace_original") and url.source is not None:
        source = _source(workspace, url)
        text, blocks = checked_content(workspace, text=text, blocks=blocks)
        rewrite(workspace, source, text=text, blocks=blocks)
    else:
        _post(workspace, url, content, text=text, blocks=blocks)


def _source(workspace: Workspace, url: ResponseUrl) -> Message:
    """The message that was clicked, if it is still there."""
    if url.source is None or not workspace.state.holds(url.source):
        raise Refused("message_not_found")
    return url.source


def _post(workspace: Workspace, url: ResponseUrl, content: Json, *, text: str, blocks: Any) -> None:
    public = content.get("response_type") == "in_channel"
    post_as_app(
        workspace,
        channel=workspace.state.channels[url.channel],
        text=text,
        blocks=blocks,
        thread_ts=content.get("thread_ts") or url.thread_ts,
        metadata=content.get("metadata"),
        ephemeral_to=None if public else url.user,
    )


ROUTES = [
    Route("/sandbox/response/{token}", response_url, methods=["POST"]),
    Route("/sandbox/upload/{ticket}", upload, methods=["POST"]),
    WebSocketRoute("/sandbox/socket", socket),
]
