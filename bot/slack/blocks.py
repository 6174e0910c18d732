"""Block Kit pieces that keep Slack's limits by construction, and the measure of a whole message.

Untrusted text goes through ``plain``, ``span``, ``quote`` or ``link``, where markup is inert. Only
``mrkdwn`` is interpreted: it is for our own words around text escaped by ``bot.slack.text``.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any, Literal
from urllib.parse import urlsplit

from bot.slack.message import Block
from bot.slack.text import clean, clip, one_line

MOST_BLOCKS = 50
MOST_CHARACTERS = 10_000
"""Of a message's blocks as JSON; refusals were seen from about 13,000."""
MOST_OPTIONS = 100

_HEADER = 150
_SECTION = 3000
_BUTTON = 75
_OPTION = 75
_ALT_TEXT = 2000
_URL = 3000
_as_json = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_BLANK = "…"  # Slack refuses an empty text

Element = dict[str, Any]
Style = Literal["primary", "danger"]


def plain(text: str, limit: int) -> Element:
    """One line of inert text."""
    return {"type": "plain_text", "text": one_line(text, limit) or _BLANK}


def mrkdwn(text: str) -> Element:
    """Our own markup; whatever is not ours in it is already escaped and bounded."""
    return {"type": "mrkdwn", "text": text}


def header(text: str) -> Block:
    return {"type": "header", "text": plain(text, _HEADER)}


def section(text: str, *, accessory: Element | None = None) -> Block:
    """A paragraph of our own markup, at most 3,000 characters."""
    block: Block = {"type": "section", "text": mrkdwn(text)}
    return block if accessory is None else block | {"accessory": accessory}


def paragraph(text: str) -> Block:
    """Inert text with its line breaks, cut to a section's 3,000 characters."""
    shown = clip(clean(text), _SECTION) or _BLANK
    return {"type": "section", "text": {"type": "plain_text", "text": shown, "emoji": False}}


def context(*elements: Element) -> Block:
    return {"type": "context", "elements": list(elements)}


def divider() -> Block:
    return {"type": "divider"}


def rich(*elements: Element) -> Block:
    return {"type": "rich_text", "elements": list(elements)}


def line(*spans: Element) -> Element:
    """A run of spans inside ``rich``; line breaks are spans' own."""
    return {"type": "rich_text_section", "elements": list(spans)}


def preformatted(text: str) -> Element:
    """Inert text in letters of one width inside ``rich``."""
    return {"type": "rich_text_preformatted", "elements": [span(text)]}


def quote(text: str) -> Element:
    """Inert text with a bar beside it; the caller has cleaned and cut it."""
    return {"type": "rich_text_quote", "elements": [span(text)]}


def person(user_id: str) -> Element:
    """A mention inside ``line``."""
    return {"type": "user", "user_id": user_id}


def span(text: str, *styles: Literal["bold", "italic", "code"]) -> Element:
    """Inert text inside ``line``."""
    element: Element = {"type": "text", "text": text or _BLANK}
    return element | {"style": dict.fromkeys(styles, True)} if styles else element


def link(url: str, text: str) -> Element:
    return {"type": "link", "url": url, "text": text or url}


def web_address(url: str) -> str | None:
    """The address if Slack may be given it: http or https, a host, at most 3,000 characters."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    fits = len(url) <= _URL and clean(url) == url and not any(map(str.isspace, url))
    return url if fits and parts.scheme in {"http", "https"} and parts.netloc else None


def image(source: Element, *, alt_text: str) -> Element:
    """A picture as an accessory; ``source`` is an ``image_url`` or a ``slack_file``."""
    return {"type": "image", "alt_text": one_line(alt_text, _ALT_TEXT) or _BLANK} | source


def picture(source: Element, *, title: str) -> Block:
    """A picture across the message, with its title above it."""
    return image(source, alt_text=title) | {"title": plain(title, _HEADER)}


def actions(block_id: str, *elements: Element) -> Block:
    return {"type": "actions", "block_id": block_id, "elements": list(elements)}


def button(text: str, *, action_id: str, value: str, style: Style | None = None) -> Element:
    element = {"type": "button", "text": plain(text, _BUTTON), "action_id": action_id}
    return element | {"value": value} | ({"style": style} if style else {})


def option(text: str, value: str) -> Element:
    return {"text": plain(text, _OPTION), "value": value}


def overflow(*, action_id: str, options: Sequence[Element]) -> Element:
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def radio_buttons(*, action_id: str, options: Sequence[Element]) -> Element:
    """At most ten options, all of them in sight."""
    return {"type": "radio_buttons", "action_id": action_id, "options": list(options)}


def menu(placeholder: str, *, action_id: str, options: Sequence[Element]) -> Element:
    """A select menu; beyond 100 options they are shown in groups of 100."""
    element = {
        "type": "static_select",
        "placeholder": plain(placeholder, _OPTION),
        "action_id": action_id,
    }
    if len(options) <= MOST_OPTIONS:
        return element | {"options": list(options)}
    groups = [
        {
            "label": plain(f"{start + 1} to {min(start + MOST_OPTIONS, len(options))}", _OPTION),
            "options": list(options[start : start + MOST_OPTIONS]),
        }
        for start in range(0, len(options), MOST_OPTIONS)
    ]
    return element | {"option_groups": groups}


def size(blocks: Iterable[Block] | Element) -> int:
    """Characters of the blocks as JSON."""
    return len(_as_json(blocks))


def fits(blocks: Sequence[Block]) -> bool:
    """Whether Slack takes these blocks as one message."""
    return len(blocks) <= MOST_BLOCKS and size(blocks) <= MOST_CHARACTERS
