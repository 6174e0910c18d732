"""``/sandbox/act/…``: what a person does; the answer is ``{"ok", "error"?, "errors"?}``."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from bot.sandbox import clicks, interactions, submissions
from bot.sandbox.clicks import Click
from bot.sandbox.directory import User
from bot.sandbox.interactions import NotDone
from bot.sandbox.kit import Json
from bot.sandbox.workspace import Workspace, workspace_of

Act = Callable[[Workspace, User, Json], Awaitable[Json]]


async def click(workspace: Workspace, user: User, body: Json) -> Json:
    """``{action_id, block_id?, channel, message_ts, value?, selected_…?, stale?}``.

    In a view: ``view_id`` and ``values`` (as for ``submit``) instead of channel and message.
    """
    pressed = Click(
        action_id=str(body.get("action_id")),
        block_id=body.get("block_id"),
        given=body,
        values=body.get("values") or {},
        stale=bool(body.get("stale")),
    )
    if body.get("view_id"):
        await clicks.click_in_view(workspace, user, pressed, view_id=str(body["view_id"]))
    else:
        await clicks.click_in_message(
            workspace,
            user,
            pressed,
            channel_id=str(body.get("channel")),
            ts=str(body.get("message_ts")),
        )
    return {}


async def command(workspace: Workspace, user: User, body: Json) -> Json:
    """``{channel, text: "/hitl stats"}``."""
    line = str(body.get("text", ""))
    await interactions.command(workspace, user, line, channel_id=str(body.get("channel")))
    return {}


async def submit(workspace: Workspace, user: User, body: Json) -> Json:
    """``{view_id, values: {block_id: {action_id: {…}}}}``."""
    values = body.get("values") or {}
    errors = await submissions.submit(workspace, user, str(body.get("view_id")), values)
    return {"ok": False, "errors": errors} if errors else {}


async def close(workspace: Workspace, user: User, body: Json) -> Json:
    """``{view_id}``."""
    await submissions.close(workspace, user, str(body.get("view_id")))
    return {}


async def post(workspace: Workspace, user: User, body: Json) -> Json:
    """``{channel, text, thread_ts?}``; the answer carries the message's ``ts``."""
    message = interactions.post(
        workspace,
        user,
        str(body.get("text", "")),
        channel_id=str(body.get("channel")),
        thread_ts=body.get("thread_ts"),
    )
    return {"ts": message.ts}


async def open_home(workspace: Workspace, user: User, _body: Json) -> Json:
    """Nothing but the user."""
    interactions.open_home(workspace, user)
    return {}


async def shortcut(workspace: Workspace, user: User, body: Json) -> Json:
    """``{callback_id, channel?, message_ts?}``."""
    await interactions.shortcut(
        workspace,
        user,
        str(body.get("callback_id")),
        channel_id=str(body.get("channel", "")),
        ts=str(body.get("message_ts") or ""),
    )
    return {}


async def _body(request: Request) -> Json:
    try:
        body = await request.json()
    except ValueError as error:
        raise NotDone("That was not JSON.") from error
    if not isinstance(body, dict):
        raise NotDone("That was not a JSON object.")
    return body


def _door(act: Act) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        workspace = workspace_of(request)
        try:
            body = await _body(request)
            user = interactions.someone(workspace, str(body.get("user")))
            return JSONResponse({"ok": True} | await act(workspace, user, body))
        except NotDone as not_done:
            return JSONResponse({"ok": False, "error": str(not_done)})

    return endpoint


ACTS: dict[str, Act] = {
    "click": click,
    "command": command,
    "submit": submit,
    "close": close,
    "post": post,
    "open_home": open_home,
    "shortcut": shortcut,
}
ROUTES = [Route(f"/sandbox/act/{name}", _door(act), methods=["POST"]) for name, act in ACTS.items()]
