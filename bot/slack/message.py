"""What a message or a reply is made of."""

from dataclasses import dataclass
from typing import Any

Block = dict[str, Any]
"""Block Kit as plain JSON: Slack's own model classes drop block types they don't know."""
View = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Message:
    """Blocks, and the text that notifications and screen readers give instead of them."""

    text: str
    blocks: list[Block]
