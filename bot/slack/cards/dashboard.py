"""The answer to ``/hitl dashboard``."""

from bot.slack import blocks
from bot.slack.message import Message

_SAID = "It works once, within five minutes, and signs you in: keep it to yourself."


def dashboard_message(link: str) -> Message:
    """A link for one person; ``link`` is ours and holds nothing that would need escaping."""
    text = f"<{link}|Open the dashboard>. {_SAID}"
    shown = blocks.section(f"*<{link}|Open the dashboard>*\n{_SAID}")
    return Message(text, [shown])
