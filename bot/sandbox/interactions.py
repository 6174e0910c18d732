"""What people do (click, type a command, post), turned into deliveries to the app."""

from typing import Any

from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.link import AppSilent, Delivery, Kind
from bot.sandbox.directory import Channel, User
from bot.sandbox.errors import Refused
from bot.sandbox.kit import Json
from bot.sandbox.messages import Message
from bot.sandbox.webapi.posting import post_as_app
from bot.sandbox.workspace import Workspace

SILENT = {
    "http_timeout": "The app took too long to answer. Try again?",
    "http_error": "The app didn't respond. Try again?",
}
GONE = "That is no longer there."


class NotDone(Exception):
    """The act came to nothing; the message is what the person reads."""


def someone(workspace: Workspace, user_id: str) -> User:
    """The acting person; even the deactivated may have a client open for a while."""
    user = workspace.state.users.get(user_id)
    if user is None or user.is_bot:
        raise NotDone("There is no such person here.")
    return user


async def command(workspace: Workspace, user: User, line: str, *, channel_id: str) -> None:
    """A slash command; the app's direct answer is shown to the person, or to all if it says so."""
    name, _, text = line.strip().partition(" ")
    channel = joined(workspace, user, channel_id)
    if name not in workspace.config.commands:
        raise NotDone(f"{name} is not a valid command.")
    form = payloads.command(
        name,
        text.strip(),
        config=workspace.config,
        user=user,
        channel=channel,
        trigger_id=new_trigger(workspace, user),
        response_url=new_response_url(workspace, user, channel),
    )
    answer = await deliver(workspace, "slash_commands", form)
    show_answer(workspace, answer, channel=channel, user_id=user.id)


async def shortcut(
    workspace: Workspace, user: User, callback_id: str, *, channel_id: str = "", ts: str = ""
) -> None:
    """A global shortcut, or one on a message when it is given."""
    rest: Json = {"callback_id": callback_id, "trigger_id": new_trigger(workspace, user)}
    rest["action_ts"] = workspace.state.next_ts()
    kind = "shortcut"
    if ts:
        message = workspace.state.visible_message(channel_id, ts, user_id=user.id)
        if message is None:
            raise NotDone(GONE)
        kind = "message_action"
        channel = workspace.state.channels[channel_id]
        rest |= {
            "message_ts": ts,
            "message": workspace.state.slack_message(message),
            "channel": {"id": channel.id, "name": payloads.channel_name(channel)},
            "response_url": new_response_url(workspace, user, channel),
        }
    body = payloads.interaction(kind, config=workspace.config, user=user, **rest)
    await deliver(workspace, "interactive", body)


def post(
    workspace: Workspace, user: User, text: str, *, channel_id: str, thread_ts: str | None
) -> Message:
    """A person writes a message; raises NotDone."""
    channel = joined(workspace, user, channel_id)
    if channel.is_archived or not text.strip():
        raise NotDone("That can't be posted here.")
    state = workspace.state
    if thread_ts and state.message(channel_id, thread_ts) is None:
        raise NotDone(GONE)
    message = Message(
        ts=state.next_ts(),
        channel=channel.id,
        user=user.id,
        text=text,
        at=workspace.config.clock(),
        thread_ts=thread_ts,
    )
    state.post(message)
    shown = state.slack_message(message)
    workspace.events.message_posted(message, channel=channel, shown=shown)
    app = workspace.config.app.user_id
    if f"<@{app}>" in text and app in channel.members:
        mention = shown | {"type": "app_mention", "channel": channel.id, "event_ts": message.ts}
        workspace.events.send(mention, subscription="app_mention")
    return message


def open_home(workspace: Workspace, user: User) -> None:
    """Someone looks at the app's Home tab."""
    state = workspace.state
    view = state.views.homes.get(user.id)
    inner: Json = {
        "type": "app_home_opened",
        "user": user.id,
        "channel": state.direct_channel(user.id).id,
        "tab": "home",
        "event_ts": state.next_ts(),
    }
    if view is not None:
        inner["view"] = state.slack_view(view)
    workspace.events.send(inner, subscription="app_home_opened")


async def deliver(workspace: Workspace, kind: Kind, body: Json) -> Any:
    """The app's answer to an interaction; raises NotDone in the words the client shows."""
    try:
        return await workspace.link.deliver(Delivery(kind=kind, payload=body))
    except AppSilent as silent:
        raise NotDone(SILENT[silent.reason]) from silent


def show_answer(workspace: Workspace, answer: Any, *, channel: Channel, user_id: str) -> None:
    """What a command is answered with directly: a text, or a message object."""
    if not answer:
        return
    content = answer if isinstance(answer, dict) else {"text": str(answer)}
    public = content.get("response_type") == "in_channel"
    try:
        post_as_app(
            workspace,
            channel=channel,
            text=str(content.get("text") or ""),
            blocks=content.get("blocks"),
            ephemeral_to=None if public else user_id,
        )
    except Refused as refused:
        raise NotDone(f"The app's answer can't be shown ({refused.code}).") from refused


def joined(workspace: Workspace, user: User, channel_id: str) -> Channel:
    """A channel the person is in; raises NotDone."""
    channel = workspace.state.channels.get(channel_id)
    if channel is None or user.id not in channel.members:
        raise NotDone("You are not in that channel.")
    return channel


def new_response_url(
    workspace: Workspace, user: User, channel: Channel, *, source: Message | None = None
) -> str:
    """Where the app may answer what this person just did; ``source`` is the message clicked."""
    token = workspace.response_urls.issue(
        user=user.id, channel=channel.id, now=workspace.config.clock(), source=source
    )
    return f"{workspace.url}/sandbox/response/{token}"


def new_trigger(workspace: Workspace, user: User, *, view_id: str = "") -> str:
    """A trigger id born of what this person just did, inside a view if one is named."""
    now = workspace.config.clock()
    return workspace.triggers.issue(user=user.id, now=now, view_id=view_id)
