"""Cards as a reader meets them: their words and what can be pressed."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from bot.slack.cards.case import case_card
from bot.slack.message import Message
from hitl.cases import Case
from hitl.policy import UseCase
from tests.slack.samples import NOON

LATER = NOON + timedelta(minutes=3)


def card(case: Case, use_case: UseCase, **options: Any) -> Message:
    return case_card(case, use_case=use_case, now=LATER, **options)


def words(message: Message) -> str:
    """Everything the card shows, block after block."""
    return "\n".join(_texts(message.blocks))


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            else:
                yield from _texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from _texts(item)


def elements(message: Message) -> list[dict[str, Any]]:
    """What can be pressed, left to right."""
    return [
        element
        for block in message.blocks
        if block["type"] == "actions"
        for element in block["elements"]
    ]


def rarer(message: Message) -> list[str]:
    """The words of the overflow menu."""
    nodes = objects(message.blocks)
    menu = next(node for node in nodes if node["type"] == "overflow")
    return [option["text"]["text"] for option in menu["options"]]


def buttons(message: Message) -> dict[str, str | None]:
    """The buttons' words and their style."""
    return {
        element["text"]["text"]: element.get("style")
        for element in elements(message)
        if element["type"] == "button"
    }


def objects(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "type" in node:
            yield node
        for value in node.values():
            yield from objects(value)
    elif isinstance(node, list):
        for item in node:
            yield from objects(item)
