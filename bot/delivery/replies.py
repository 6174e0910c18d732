"""What is said under a card, by the word that the outbox row carries."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.slack import blocks
from bot.slack.message import Message
from bot.slack.text import mention


def reply_message(payload: Mapping[str, Any]) -> Message:
    """The reply that ``payload["says"]`` asks for."""
    text = _SAYINGS[payload["says"]](payload)
    return Message(text, [blocks.section(text)])


def _handed_over(payload: Mapping[str, Any]) -> str:
    return f"{mention(payload['by'])} asks {mention(payload['to'])} to look at this case."


_SAYINGS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {"handed_over": _handed_over}
