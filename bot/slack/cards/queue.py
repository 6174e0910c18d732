"""What is waiting: as an answer to ``/hitl queue`` and as the shortcut's modal."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from bot.slack import blocks, ids
from bot.slack.cards.figures import queue_line
from bot.slack.cards.withheld import NOTHING_WITHHELD, ONLY_WITHHELD, withheld_blocks
from bot.slack.message import Block, Message, View
from bot.slack.text import counted
from hitl.reports.answers import Queue

_MOST = 30
"""Blocks; a message may have 50."""
_NOTHING = "Nothing is waiting."


def queue_message(
    queues: Sequence[Queue], *, now: datetime, withheld: Mapping[str, str] = NOTHING_WITHHELD
) -> Message:
    """The cases that wait longest, each with a button that shows its card.

    ``withheld`` says of other use cases why theirs are not shown.
    """
    waiting = [queue for queue in queues if queue.open]
    lines = [f"{queue.use_case}: {queue_line(queue, now=now)}" for queue in waiting[:_MOST]]
    shown = _shown(waiting, now=now) if waiting or not withheld else []
    words = "; ".join(lines) or (ONLY_WITHHELD if withheld else _NOTHING)
    return Message(words, [*shown, *withheld_blocks(withheld)])


def queue_view(
    queues: Sequence[Queue], *, now: datetime, withheld: Mapping[str, str] = NOTHING_WITHHELD
) -> View:
    """The same as a modal."""
    return {
        "type": "modal",
        "title": blocks.plain("Waiting cases", 24),
        "close": blocks.plain("Close", 24),
        "blocks": queue_message(queues, now=now, withheld=withheld).blocks,
    }


def _shown(waiting: Sequence[Queue], *, now: datetime) -> list[Block]:
    shown = list(islice(_blocks(waiting, now=now), _MOST)) or [blocks.section(_NOTHING)]
    hidden = sum(queue.open for queue in waiting) - sum("accessory" in block for block in shown)
    is_more = any(queue.is_more for queue in waiting)
    if hidden:
        shown.append(
            blocks.context(
                blocks.plain(f"{counted(hidden, 'more case', is_more=is_more)} not listed", 60)
            )
        )
    return shown


def _blocks(waiting: Sequence[Queue], *, now: datetime) -> Iterator[Block]:
    for queue in sorted(waiting, key=lambda queue: queue.oldest_at or now):
        yield blocks.section(f"*{queue.use_case}* · {queue_line(queue, now=now)}")
        for case_id, title in queue.next_cases:
            show = blocks.button("Show", action_id=ids.SHOW_CASE, value=str(case_id))
            yield blocks.paragraph(f"{case_id} · {title[:100]}") | {"accessory": show}
