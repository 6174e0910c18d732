"""``/sandbox/…``: what a person's page reads, and the stream of what changes."""

from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bot.sandbox.directory import Channel, User
from bot.sandbox.feed import TooManyStreams
from bot.sandbox.files import PICTURES
from bot.sandbox.kit import Json
from bot.sandbox.messages import Message
from bot.sandbox.workspace import Workspace, workspace_of


def _viewer(request: Request) -> User | None:
    """Who looks; strangers to the workspace may, in the channels they share."""
    user = workspace_of(request).state.users.get(request.query_params.get("user", ""))
    return None if user is None or user.is_bot else user


def _nobody() -> Response:
    return JSONResponse({"error": "There is no such person here."}, status_code=404)


async def state(request: Request) -> Response:
    """Everything around the messages; ``now`` is in seconds since the epoch."""
    workspace, viewer = workspace_of(request), _viewer(request)
    if viewer is None:
        return _nobody()
    config = workspace.config
    app = {"name": config.app.name, "user_id": config.app.user_id, "icon": config.app.icon}
    channels = [
        _channel(workspace, channel, viewer)
        for channel in workspace.state.channels.values()
        if viewer.id in channel.members
    ]
    people = [_person(user) for user in workspace.state.users.values()]
    groups = [{"id": each.id, "handle": each.handle} for each in workspace.state.groups.values()]
    return JSONResponse(
        {
            "team": {"id": config.team.id, "name": config.team.name},
            "app": app,
            "me": _person(viewer),
            "users": people,
            "groups": groups,
            "channels": channels,
            "commands": list(config.commands),
            "now": config.clock(),
        }
    )


async def messages(request: Request) -> Response:
    """A channel, or one thread of it, oldest first; reading a channel marks it read."""
    workspace, viewer = workspace_of(request), _viewer(request)
    channel_id = request.query_params.get("channel", "")
    channel = workspace.state.channels.get(channel_id)
    if viewer is None or channel is None or viewer.id not in channel.members:
        return _nobody()
    thread_ts = request.query_params.get("thread_ts")
    both = [
        *workspace.state.messages(channel_id),
        *workspace.state.ephemerals(channel_id, user_id=viewer.id),
    ]
    if not thread_ts:
        workspace.state.mark_read(viewer.id, channel_id)
    shown = sorted((m for m in both if _belongs(m, thread_ts)), key=lambda m: float(m.ts))
    return JSONResponse({"messages": [workspace.state.seen(message) for message in shown]})


async def home(request: Request) -> Response:
    """The person's Home tab, if the app published one."""
    workspace, viewer = workspace_of(request), _viewer(request)
    if viewer is None:
        return _nobody()
    view = workspace.state.views.homes.get(viewer.id)
    return JSONResponse({"view": workspace.state.slack_view(view) if view else None})


async def views(request: Request) -> Response:
    """The person's open modals, innermost last."""
    workspace, viewer = workspace_of(request), _viewer(request)
    if viewer is None:
        return _nobody()
    stack = workspace.state.views.stacks.get(viewer.id, [])
    return JSONResponse({"views": [workspace.state.slack_view(view) for view in stack]})


async def stream(request: Request) -> Response:
    """Server-sent events; a page that reconnects fetches the state anew."""
    workspace, viewer = workspace_of(request), _viewer(request)
    if viewer is None:
        return _nobody()
    try:
        queue = workspace.feed.open(viewer.id)
    except TooManyStreams:
        return JSONResponse({"error": "Too many pages are open."}, status_code=503)
    return StreamingResponse(
        workspace.feed.lines(queue),
        media_type="text/event-stream",
        headers={"cache-control": "no-store"},
    )


async def file(request: Request) -> Response:
    """An uploaded picture's bytes; anything else is only offered for saving."""
    workspace = workspace_of(request)
    stored = workspace.state.files.get(request.path_params["file_id"])
    if stored is None or not stored.is_ready(now=workspace.config.clock()):
        return JSONResponse({"error": "There is no such file."}, status_code=404)
    media_type = stored.media_type()
    headers = {"x-content-type-options": "nosniff"}
    if media_type not in PICTURES:
        headers["content-disposition"] = "attachment"
    return Response(stored.content, media_type=media_type, headers=headers)


def _belongs(message: Message, thread_ts: str | None) -> bool:
    if thread_ts:
        return thread_ts in (message.ts, message.thread_ts)
    return not message.is_reply


def _person(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "real_name": user.real_name,
        "color": user.color,
        "is_guest": user.is_restricted or user.is_ultra_restricted or user.is_stranger,
        "is_bot": user.is_bot,
        "deleted": user.deleted,
    }


def _channel(workspace: Workspace, channel: Channel, viewer: User) -> Json:
    name = channel.name
    if channel.kind == "im":
        other = next(iter(channel.members - {viewer.id}), viewer.id)
        name = workspace.state.users[other].real_name
    return {
        "id": channel.id,
        "name": name,
        "kind": "im" if channel.kind == "im" else "channel",
        "topic": channel.topic,
        "member": True,
        "unread": workspace.state.unread(viewer.id, channel.id),
    }


ROUTES = [
    Route("/sandbox/state", state),
    Route("/sandbox/messages", messages),
    Route("/sandbox/home", home),
    Route("/sandbox/views", views),
    Route("/sandbox/stream", stream),
    Route("/sandbox/files/{file_id}", file),
]
