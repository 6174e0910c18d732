"""What Slack refuses in a modal or Home tab."""

import json
from typing import Any

from bot.sandbox.errors import Refused, invalid_arguments
from bot.sandbox.limits.blocks import block_problems, repeated_ids
from bot.sandbox.limits.elements import plain
from bot.sandbox.limits.rules import Anything, Flag, OneOf, Problems, Rule, Shape, Words, told

VIEW_BYTES = 250_000

_COMMON: dict[str, Rule] = {
    "private_metadata": Words(3000),
    "callback_id": Words(255),
    "external_id": Words(255),
}


def inputs_have_a_submit(view: Any, at: str) -> Problems:
    """A modal that asks for input must be able to send it."""
    asks = any(isinstance(b, dict) and b.get("type") == "input" for b in view["blocks"])
    if asks and not view.get("submit"):
        yield told("missing required field: submit", at)


SHAPES: dict[str, Shape] = {
    "modal": Shape(
        {"type": OneOf(("modal",)), "title": plain(24), "blocks": Anything()},
        _COMMON
        | {
            "submit": plain(24),
            "close": plain(24),
            "clear_on_close": Flag(),
            "notify_on_close": Flag(),
            "submit_disabled": Flag(),
        },
        also=(inputs_have_a_submit,),
    ),
    "home": Shape({"type": OneOf(("home",)), "blocks": Anything()}, _COMMON),
}


def check_view(view: Any, *, kind: str, unsupported: frozenset[str]) -> None:
    """Raise the Refused that Slack would answer; returns when the view may be shown."""
    if len(json.dumps(view)) > VIEW_BYTES:
        raise Refused("view_too_large")
    at = "/view"
    blocks_at = f"{at}/blocks"
    blocks = view.get("blocks") if isinstance(view, dict) else None
    problems = list(block_problems(blocks, surface=kind, unsupported=unsupported, at=blocks_at))
    if not problems:
        problems = [*SHAPES[kind].problems(view, at), *repeated_ids(view["blocks"], at=blocks_at)]
    if problems:
        raise invalid_arguments(*problems)
