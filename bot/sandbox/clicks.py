"""Presses and choices in messages and views, turned into ``block_actions`` for the app."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bot.sandbox.answers import NotOffered, answer_of, offered, typed_values
from bot.sandbox.delivery import payloads
from bot.sandbox.directory import User
from bot.sandbox.interactions import GONE, NotDone, deliver, new_response_url, new_trigger
from bot.sandbox.kit import SLOTS, Json
from bot.sandbox.views import state_values
from bot.sandbox.workspace import Workspace


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """A press or a choice: ``given`` carries the choice, ``values`` what stands in inputs."""

    action_id: str
    block_id: str | None
    given: Mapping[str, Any]
    values: Mapping[str, Any]
    stale: bool = False
    """As from a client that still shows an earlier version of the message."""


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
    typed = message.typed.setdefault(user.id, {})
    remember(typed, given_values(message.blocks, click.values))
    remember(typed, _chosen(found, action))
    channel = state.channels[channel_id]
    source = payloads.message_source(message, channel=channel, shown=state.slack_message(message))
    body = payloads.interaction(
        "block_actions",
        config=workspace.config,
        user=user,
        **source,
        state={"values": state_values(message.blocks, typed=typed)},
        trigger_id=new_trigger(workspace, user),
        response_url=new_response_url(workspace, user, channel, source=message),
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
    remember(view.typed, given_values(view.content["blocks"], click.values))
    remember(view.typed, _chosen(found, action))
    body = payloads.interaction(
        "block_actions",
        config=workspace.config,
        user=user,
        container={"type": "view", "view_id": view.id},
        view=workspace.state.slack_view(view),
        trigger_id=new_trigger(workspace, user, view_id=view.id),
        actions=[action],
    )
    await deliver(workspace, "interactive", body)


def given_values(blocks: list[Json], given: Mapping[str, Any]) -> Json:
    """What stands in the inputs of these blocks; raises NotDone for options not offered."""
    try:
        return typed_values(blocks, given)
    except NotOffered as refused:
        raise NotDone(str(refused)) from refused


def remember(typed: Json, values: Json) -> None:
    """Put ``state.values`` over those known so far."""
    for block_id, answers in values.items():
        typed.setdefault(block_id, {}).update(answers)


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


def _chosen(found: Json, action: Json) -> Json:
    """The action's answer as ``state.values``; empty for what holds none, such as a button."""
    element = found["element"]
    if element["type"] not in SLOTS:
        return {}
    key = SLOTS[element["type"]][0]
    answer = {"type": element["type"], key: action[key]}
    return {found["block_id"]: {element["action_id"]: answer}}
