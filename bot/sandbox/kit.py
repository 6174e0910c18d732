"""Reading Block Kit: the elements in blocks, what a reader sees, and the ids Slack fills in."""

import json
import secrets
from collections.abc import Iterable, Iterator
from typing import Any

Json = dict[str, Any]

SPOKEN = ("text", "title", "alt_text", "label", "caption", "url")


def sealed(blocks: list[Json]) -> list[Json]:
    """A copy with a ``block_id`` on every block and an ``action_id`` on every element."""
    copies: list[Json] = json.loads(json.dumps(blocks))
    for block in _with_children(copies):
        block.setdefault("block_id", secrets.token_urlsafe(4))
        for element in _elements(block):
            if element.get("type") in ACTIONABLE:
                element.setdefault("action_id", secrets.token_urlsafe(4))
    return copies


def controls(blocks: list[Json]) -> Iterator[tuple[str, Json]]:
    """Every interactive element with the id of its block, in reading order."""
    for block in _with_children(blocks):
        for element in _elements(block):
            if "action_id" in element:
                yield str(block.get("block_id", "")), element


def words(value: Any) -> Iterator[str]:
    """What a reader sees, in order; the text of confirmation dialogs is not seen yet."""
    if isinstance(value, list):
        for item in value:
            yield from words(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(item, str) and key in SPOKEN:
                yield item
            elif key != "confirm":
                yield from words(item)


def label(element: Json) -> str:
    """The visible text of a control: a button's caption, a select's placeholder."""
    shown = element.get("text") or element.get("placeholder") or {}
    return str(shown.get("text", ""))


def options(element: Json) -> list[Json]:
    """The options of a select, radio, checkbox or overflow element, groups flattened."""
    flat = list(element.get("options", ()))
    for group in element.get("option_groups", ()):
        flat.extend(group["options"])
    return flat


def _with_children(blocks: Iterable[Json]) -> Iterator[Json]:
    for block in blocks:
        yield block
        yield from block.get("child_blocks", ())


def _elements(block: Json) -> Iterator[Json]:
    if isinstance(block.get("elements"), list) and block["type"] != "rich_text":
        yield from block["elements"]
    for key in ("accessory", "element"):
        if key in block:
            yield block[key]


SLOTS: dict[str, tuple[str, str, Any]] = {
    # element type: (where its answer lies, where its first answer lies, what empty looks like)
    "plain_text_input": ("value", "initial_value", None),
    "email_text_input": ("value", "initial_value", None),
    "url_text_input": ("value", "initial_value", None),
    "number_input": ("value", "initial_value", None),
    "rich_text_input": ("rich_text_value", "initial_value", None),
    "static_select": ("selected_option", "initial_option", None),
    "radio_buttons": ("selected_option", "initial_option", None),
    "checkboxes": ("selected_options", "initial_options", []),
    "multi_static_select": ("selected_options", "initial_options", []),
    "users_select": ("selected_user", "initial_user", None),
    "multi_users_select": ("selected_users", "initial_users", []),
    "conversations_select": ("selected_conversation", "initial_conversation", None),
    "channels_select": ("selected_channel", "initial_channel", None),
    "datepicker": ("selected_date", "initial_date", None),
    "timepicker": ("selected_time", "initial_time", None),
    "datetimepicker": ("selected_date_time", "initial_date_time", None),
}
"""Elements that hold an answer, and so appear in ``state.values``."""

ACTIONABLE = frozenset(SLOTS) | {"button", "overflow", "feedback_buttons", "icon_button"}
