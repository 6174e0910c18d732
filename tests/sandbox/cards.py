"""Small pieces of Block Kit that tests put together."""

from typing import Any


def button(text: str, action_id: str, **more: Any) -> dict[str, Any]:
    """A button element."""
    caption = {"type": "plain_text", "text": text}
    return {"type": "button", "action_id": action_id, "text": caption, **more}


def actions(*elements: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A block of controls."""
    return {"type": "actions", "elements": list(elements), **more}


def section(text: str, **more: Any) -> dict[str, Any]:
    """A block of text."""
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}, **more}


def note_input(**more: Any) -> dict[str, Any]:
    """An input block with the id ``note`` twice over."""
    element = {"type": "plain_text_input", "action_id": "note"}
    label = {"type": "plain_text", "text": "Why?"}
    return {"type": "input", "block_id": "note", "label": label, "element": element, **more}


def modal(*blocks: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A modal that can be sent."""
    words = {"title": "Review", "submit": "Send"}
    texts = {key: {"type": "plain_text", "text": text} for key, text in words.items()}
    return {"type": "modal", "callback_id": "review", "blocks": list(blocks), **texts, **more}
