"""What stands in a list in place of cases that the person it is for may not read."""

from collections.abc import Mapping
from types import MappingProxyType

from bot.slack import blocks
from bot.slack.message import Block

NOTHING_WITHHELD: Mapping[str, str] = MappingProxyType({})
ONLY_WITHHELD = "There is nothing here that you can look at."
_MOST = 10
"""Blocks; the rest of a list has up to 31 of the 50."""


def withheld_blocks(withheld: Mapping[str, str]) -> list[Block]:
    """A line for each use case: its name, and why its cases are not shown, as mrkdwn."""
    lines = [f"*{name}* · {why}" for name, why in withheld.items()]
    shown = [blocks.context(blocks.mrkdwn(line)) for line in lines[:_MOST]]
    if len(lines) > _MOST:
        more = f"and {len(lines) - _MOST} more use cases that you can't look at"
        shown.append(blocks.context(blocks.plain(more, 60)))
    return shown
