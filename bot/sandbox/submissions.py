"""Sending and closing modals, and what the app may answer to a submission."""

from collections.abc import Mapping
from typing import Any

from bot.sandbox.answers import complaints
from bot.sandbox.calls import ApiCall
from bot.sandbox.clicks import given_values, remember
from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.link import AppSilent, Delivery
from bot.sandbox.directory import User
from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.interactions import GONE, NotDone, deliver, new_trigger
from bot.sandbox.limits.views import check_view
from bot.sandbox.views import View
from bot.sandbox.webapi.views import put_in, put_on_top
from bot.sandbox.workspace import Workspace

TROUBLE = "We had some trouble connecting. Try again?"


async def submit(
    workspace: Workspace, user: User, view_id: str, values: Mapping[str, Any]
) -> dict[str, str]:
    """Send a modal; returns what is wrong by block id (nothing when it went through)."""
    view = _own_modal(workspace, user, view_id)
    blocks = view.content["blocks"]
    remember(view.typed, given_values(blocks, values))
    wrong = complaints(blocks, view.values())
    if wrong:
        return wrong
    body = payloads.interaction(
        "view_submission",
        config=workspace.config,
        user=user,
        trigger_id=new_trigger(workspace, user, view_id=view.id),
        view=workspace.state.slack_view(view),
        response_urls=[],
    )
    answer = await deliver(workspace, "interactive", body)
    return _follow(workspace, view, answer)


async def close(workspace: Workspace, user: User, view_id: str) -> None:
    """Close a modal; those that asked with ``notify_on_close`` tell the app."""
    view = _own_modal(workspace, user, view_id)
    whole_stack = bool(view.content.get("clear_on_close"))
    closed = _take_away(workspace, view, whole_stack=whole_stack)
    for gone in closed:
        if not gone.content.get("notify_on_close"):
            continue
        body = payloads.interaction(
            "view_closed",
            config=workspace.config,
            user=user,
            view=workspace.state.slack_view(gone),
            is_cleared=whole_stack,
        )
        try:
            await workspace.link.deliver(Delivery(kind="interactive", payload=body))
        except AppSilent:
            continue  # the modal is closed whatever the app says; nobody is told


def _follow(workspace: Workspace, view: View, answer: Any) -> dict[str, str]:
    """Do what a submission was answered with; returns the errors it names."""
    answer = answer if isinstance(answer, dict) else {}
    action = answer.get("response_action", "close")
    try:
        if action == "errors":
            return _errors(view, answer.get("errors"))
        if action in ("update", "push"):
            _show(workspace, view, answer.get("view"), push=action == "push")
        elif action in ("clear", "close"):
            still_open = view in workspace.state.views.stacks.get(view.user, [])
            if still_open:
                _take_away(workspace, view, whole_stack=action == "clear")
        else:
            raise invalid_arguments(f"unknown response_action: {action}")
    except Refused as refused:
        _note_refusal(workspace, refused)
        raise NotDone(TROUBLE) from refused
    return {}


def _errors(view: View, errors: Any) -> dict[str, str]:
    inputs = {b["block_id"] for b in view.content["blocks"] if b["type"] == "input"}
    if not isinstance(errors, dict) or not errors or not set(errors) <= inputs:
        raise invalid_arguments("errors must name input blocks of the view")
    return {block_id: str(error) for block_id, error in errors.items()}


def _show(workspace: Workspace, view: View, content: Any, *, push: bool) -> None:
    check_view(content, kind="modal", unsupported=workspace.config.unsupported_blocks)
    if push:
        put_on_top(workspace, content, onto=view)
    else:
        put_in(workspace, content, view=view)


def _take_away(workspace: Workspace, view: View, *, whole_stack: bool) -> list[View]:
    closed = workspace.state.views.close(view, whole_stack=whole_stack)
    for gone in closed:
        workspace.state.tell_view("view_closed", gone)
    return closed


def _own_modal(workspace: Workspace, user: User, view_id: str) -> View:
    view = workspace.state.views.find(view_id=view_id)
    if view is None or view.user != user.id or view.content["type"] != "modal":
        raise NotDone(GONE)
    return view


def _note_refusal(workspace: Workspace, refused: Refused) -> None:
    """Slack tells only the person; the log lets the app's author see why."""
    workspace.calls.note(
        ApiCall(
            method="view_submission",
            ok=False,
            error="; ".join([refused.code, *refused.messages]),
            at=workspace.config.clock(),
        )
    )
