"""What people do (click, type a command, post), turned into deliveries to the app."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import NotOffered, answer_of, offered, typed_values
from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.link import AppSilent, Delivery
from bot.sandbox.directory import Channel, User
from bot.sandbox.errors import Refused
from bot.sandbox.kit import SLOTS, Json
from bot.sandbox.messages import Message
from bot.sandbox.views import state_values
from bot.sandbox.webapi.posting import post_as_app
from bot.sandbox.workspace import Workspace

SILENT = {
    "http_timeout": "The app took too long to answer. Try again?",
    "http_error": "The app didn't respond. Try again?",
}
GONE = "That is no longer there."


class NotDone(Exception):
    """The act came to nothing; the message is what the person reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A press or a choice; ``where`` is a message or a view, ``values`` what stands in inputs."""

    action_id: str
    block_id: str | None
    given: Mapping[str, Any]
    values: Mapping[str, Any]
    stale: bool = False
    """As from a client that still shows an earlier version of the message."""


def someone(workspace: Workspace, user_id: str) -> User:
    """The acting person; bots, the deactivated and the unknown cannot act."""
    user = workspace.state.users.get(user_id)
    if user is None or user.is_bot:
        raise NotDone("There is no such person here.")
    return user


async def click_in_message(
    workspace: Workspace, user: User, click: Click, *, channel_id: str, ts: str
) -> None:
    """A click on a message's control; raises NotDone."""
    state = workspace.state
    message = state.visible_message(channel_id, ts, user_id=user.id)
    if message is None:
        raise NotDone(GONE)
    found = message.control(click.action_id, block_id=click.block_id, stale=click.stale)
    if found is None:
        raise NotDone(GONE)
    action = _action(workspace, found, click)
    _remember(message.typed.setdefault(user.id, {}), found, action)
    channel = state.channels[channel_id]
    source = payloads.message_source(message, channel=channel, shown=state.slack_message(message))
    values = state_values(message.blocks, typed=message.typed[user.id])
    token = workspace.response_urls.issue(
        user=user.id, channel=channel_id, now=workspace.config.clock(), source=message
    )
    body = payloads.interaction(
        "block_actions",
        config=workspace.config,
        user=user,
        **source | {"state": {"values": values}},
        trigger_id=_trigger(workspace, user),
        response_url=response_address(workspace, token),
        actions=[action],
    )
    await deliver(workspace, "interactive", body)


async def click_in_view(workspace: Workspace, user: User, click: Click, *, view_id: str) -> None:
    """A click in a modal or Home tab; raises NotDone."""
    view = workspace.state.views.find(view_id=view_id)
    found = view.control(click.action_id, block_id=click.block_id) if view else None
    if view is None or found is None or view.user != user.id:
        raise NotDone(GONE)
    action = _action(workspace, found, click)
    for block_id, answers in _typed(view.content["blocks"], click.values).items():
        view.typed.setdefault(block_id, {}).update(answers)
    _remember(view.typed, found, action)
    body = payloads.interaction(
        "block_actions",
        config=workspace.config,
        user=user,
        container={"type": "view", "view_id": view.id},
        view=workspace.state.slack_view(view),
        trigger_id=_trigger(workspace, user, view_id=view.id),
        actions=[action],
    )
    await deliver(workspace, "interactive", body)


async def command(workspace: Workspace, user: User, line: str, *, channel_id: str) -> None:
    """A slash command; the app's direct answer is shown to the person, or to all if it says so."""
    name, _, text = line.strip().partition(" ")
    channel = joined(workspace, user, channel_id)
    if name not in workspace.config.commands:
        raise NotDone(f"{name} is not a valid command.")
    token = workspace.response_urls.issue(
        user=user.id, channel=channel.id, now=workspace.config.clock()
    )
    form = payloads.command(
        name,
        text.strip(),
        config=workspace.config,
        user=user,
        channel=channel,
        trigger_id=_trigger(workspace, user),
        response_url=response_address(workspace, token),
    )
    answer = await deliver(workspace, "slash_commands", form)
    show_answer(workspace, answer, channel=channel, user_id=user.id)


async def shortcut(
    workspace: Workspace, user: User, callback_id: str, *, channel_id: str = "", ts: str = ""
) -> None:
    """A global shortcut, or one on a message when it is given."""
    rest: Json = {"callback_id": callback_id, "trigger_id": _trigger(workspace, user)}
    rest["action_ts"] = workspace.state.next_ts()
    kind = "shortcut"
    if ts:
        message = workspace.state.visible_message(channel_id, ts, user_id=user.id)
        if message is None:
            raise NotDone(GONE)
        kind = "message_action"
        channel = workspace.state.channels[channel_id]
        token = workspace.response_urls.issue(
            user=user.id, channel=channel_id, now=workspace.config.clock()
        )
        rest |= {
            "message_ts": ts,
            "message": workspace.state.slack_message(message),
            "channel": {"id": channel.id, "name": payloads.channel_name(channel)},
            "response_url": response_address(workspace, token),
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


async def deliver(workspace: Workspace, kind: Any, body: Json) -> Any:
    """The app's answer to an interaction; raises NotDone in the words the client shows."""
    try:
        return await workspace.link.deliver(Delivery(kind=kind, payload=body))
    except AppSilent as silent:
        raise NotDone(SILENT[silent.reason]) from silent


def show_answer(workspace: Workspace, answer: Any, *, channel: Channel, user_id: str) -> None:
    """What a command is answered with directly: a text, or a message object."""
    if not answer:
        return
    content = {"text": answer} if isinstance(answer, str) else answer
    public = content.get("response_type") == "in_channel"
    try:
        post_as_app(
            workspace,
            channel=channel,
            text=content.get("text") or "",
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


def response_address(workspace: Workspace, token: str) -> str:
    """The response_url that goes with a token."""
    return f"{workspace.url}/sandbox/response/{token}"


def _trigger(workspace: Workspace, user: User, *, view_id: str = "") -> str:
    now = workspace.config.clock()
    return workspace.triggers.issue(user=user.id, now=now, view_id=view_id)


def _action(workspace: Workspace, found: Json, click: Click) -> Json:
    """The ``actions`` entry: the element's own fields and what the person chose."""
    element = found["element"]
    kind = element["type"]
    shown = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    try:
        if kind in SLOTS:
            shown |= answer_of(element, click.given)
        elif kind == "overflow":
            shown["selected_option"] = offered(element, click.given.get("selected_option"))
        elif kind == "feedback_buttons":
            shown |= _feedback(element, click.given)
    except NotOffered as refused:
        raise NotDone(str(refused)) from refused
    ids = {"type": kind, "action_id": element["action_id"], "block_id": found["block_id"]}
    return ids | shown | {"action_ts": workspace.state.next_ts()}


def _feedback(element: Json, given: Mapping[str, Any]) -> Json:
    for button in (element["positive_button"], element["negative_button"]):
        if given.get("value") == button["value"]:
            return {"text": button["text"], "value": button["value"]}
    raise NotOffered("That choice is no longer offered.")


def _remember(typed: Json, found: Json, action: Json) -> None:
    element = found["element"]
    if element["type"] in SLOTS:
        key = SLOTS[element["type"]][0]
        answer = {"type": element["type"], key: action[key]}
        typed.setdefault(found["block_id"], {})[element["action_id"]] = answer


def _typed(blocks: list[Json], given: Mapping[str, Any]) -> Json:
    try:
        return typed_values(blocks, given)
    except NotOffered as refused:
        raise NotDone(str(refused)) from refused
