"""Modals and Home tabs as they are kept: the stack each person has open, hashes, typed values."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.directory import AppIdentity, Team
from bot.sandbox.errors import Refused
from bot.sandbox.kit import SLOTS, Json, controls, sealed

MOST_STACKED = 3


@dataclass(slots=True, kw_only=True, eq=False)
class View:
    """One modal or Home tab; ``content`` is what the app sent, ids filled in."""

    id: str
    user: str
    content: Json
    root_id: str
    previous_id: str | None = None
    hash: str = ""
    typed: Json = field(default_factory=dict)

    @property
    def external_id(self) -> str:
        """The app's own name for the view, or an empty string."""
        return str(self.content.get("external_id") or "")

    def show(self, content: Json, *, now: float) -> None:
        """Put new content in; answers typed under ids that are still there stay."""
        self.content = content | {"blocks": sealed(content["blocks"])}
        self.hash = f"{int(now)}.{secrets.token_hex(4)}"
        self.typed = {
            block_id: {key: value for key, value in answers.items() if (block_id, key) in ids}
            for ids in [{(block, e["action_id"]) for block, e in controls(self.content["blocks"])}]
            for block_id, answers in self.typed.items()
        }

    def values(self) -> Json:
        """``state.values``: typed answers over the elements' first answers."""
        return state_values(self.content["blocks"], typed=self.typed)

    def control(self, action_id: str, *, block_id: str | None) -> Json | None:
        """The element and its block as ``{"block_id", "element"}``."""
        for found_block, element in controls(self.content["blocks"]):
            if element["action_id"] == action_id and block_id in (None, found_block):
                return {"block_id": found_block, "element": element}
        return None

    def as_slack(self, *, team: Team, app: AppIdentity) -> Json:
        """The view object of the Web API and of interaction payloads."""
        content = self.content
        return {
            "id": self.id,
            "team_id": team.id,
            "type": content["type"],
            "blocks": content["blocks"],
            "private_metadata": content.get("private_metadata", ""),
            "callback_id": content.get("callback_id", ""),
            "state": {"values": self.values()},
            "hash": self.hash,
            "title": content.get("title"),
            "clear_on_close": bool(content.get("clear_on_close")),
            "notify_on_close": bool(content.get("notify_on_close")),
            "close": content.get("close"),
            "submit": content.get("submit"),
            "submit_disabled": bool(content.get("submit_disabled")),
            "previous_view_id": self.previous_id,
            "root_view_id": self.root_id,
            "app_id": app.id,
            "bot_id": app.bot_id,
            "external_id": self.external_id,
            "app_installed_team_id": team.id,
        }


def state_values(blocks: list[Json], *, typed: Mapping[str, Any]) -> Json:
    """The answers of every element that can hold one, by block id and action id."""
    values: Json = {}
    for block_id, element in controls(blocks):
        slot = SLOTS.get(element["type"])
        if slot is None:
            continue
        key, initial, empty = slot
        answer = {"type": element["type"], key: element.get(initial, empty)}
        given = typed.get(block_id, {}).get(element["action_id"])
        values.setdefault(block_id, {})[element["action_id"]] = given or answer
    return values


@dataclass(slots=True)
class Views:
    """Every person's open modals, innermost last, and published Home tab."""

    stacks: dict[str, list[View]] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)

    def find(self, *, view_id: str = "", external_id: str = "") -> View | None:
        """An open modal or Home tab, by Slack's id or the app's."""
        everything = [view for stack in self.stacks.values() for view in stack]
        for view in [*everything, *self.homes.values()]:
            if (view_id and view.id == view_id) or (
                external_id and view.external_id == external_id
            ):
                return view
        return None

    def refuse_duplicate(self, external_id: str, *, besides: View | None = None) -> None:
        """Raise ``duplicate_external_id`` when another open view has that name."""
        other = self.find(external_id=external_id) if external_id else None
        if other is not None and other is not besides:
            raise Refused("duplicate_external_id")

    def open(self, view: View) -> list[View]:
        """Show a first modal; returns what the person had open, which is gone."""
        gone = self.stacks.get(view.user, [])
        self.stacks[view.user] = [view]
        return gone[::-1]

    def push(self, view: View, *, onto: View) -> None:
        """Stack a modal on another; raises ``push_limit_reached``."""
        stack = self.stacks.get(view.user, [])
        if onto not in stack:
            raise Refused("not_found")
        if len(stack) >= MOST_STACKED:
            raise Refused("push_limit_reached")
        stack.append(view)

    def close(self, view: View, *, whole_stack: bool) -> list[View]:
        """Take a modal away, and those on top of it or the whole stack; returns what closed."""
        stack = self.stacks.get(view.user, [])
        start = 0 if whole_stack else stack.index(view)
        closed = stack[start:]
        del stack[start:]
        return closed[::-1]
