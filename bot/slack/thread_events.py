"""What a ``message`` event tells of a reply in a thread; pure. Anything else in a channel is None.

Slack sends an event for every message where the app is, so that most of them tell nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hitl.review import Reply
from hitl.storage.slack_copies import Place

_WRITTEN = frozenset({None, "file_share", "thread_broadcast"})
"""Subtypes of what a person writes; the others are Slack's own, or a program's."""
_LONGEST = 3_000
_MARKUP = re.compile(r"<([^<>|]*)(?:\|([^<>]*))?>")


@dataclass(frozen=True, slots=True)
class Written:
    """A reply that was sent or edited, and the parent it stands under."""

    reply: Reply
    parent: Place


@dataclass(frozen=True, slots=True)
class Deleted:
    """A reply that is gone."""

    place: Place
    parent: Place


def told_by(event: Mapping[str, Any]) -> Written | Deleted | None:
    """What the event tells of a person's reply."""
    channel, subtype = event["channel"], event.get("subtype")
    if subtype == "message_deleted":
        return _deleted(event, channel)
    if subtype == "message_changed":
        return _written(event.get("message") or {}, channel)
    return _written(event, channel)


def is_by_a_program(event: Mapping[str, Any]) -> bool:
    """Whether it tells of what a program wrote or rewrote, as the app itself does all the time."""
    return event.get("type") == "message" and "bot_id" in (event.get("message") or event)


def typed(text: str) -> str:
    """A message's text as it was typed: its links and entities undone."""
    plain = _MARKUP.sub(_readable, text)
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def _written(message: Mapping[str, Any], channel: str) -> Written | None:
    parent = _parent(message, channel)
    if parent is None or message.get("subtype") not in _WRITTEN or "user" not in message:
        return None
    text = typed(message.get("text") or "").strip()
    if not text or "bot_id" in message:
        return None
    reply = Reply(
        place=Place(channel, message["ts"]),
        author=message["user"],
        text=text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…",
        version=(message.get("edited") or {}).get("ts", ""),
    )
    return Written(reply, parent)


def _deleted(event: Mapping[str, Any], channel: str) -> Deleted | None:
    parent = _parent(event.get("previous_message") or {}, channel)
    return None if parent is None else Deleted(Place(channel, event["deleted_ts"]), parent)


def _parent(message: Mapping[str, Any], channel: str) -> Place | None:
    thread = message.get("thread_ts")
    return None if thread in {None, message.get("ts")} else Place(channel, str(thread))


def _readable(markup: re.Match[str]) -> str:
    """``<@U1|ana>`` and ``<#C1|news>`` by name, ``<!here>`` as @here, an address in full."""
    target, name = markup[1], markup[2]
    if target.startswith(("@", "!")):
        return f"@{(name or target[1:]).removeprefix('@')}"
    if target.startswith("#"):
        return f"#{name or target[1:]}"
    return f"{name} ({target})" if name and name not in target else target
