"""The queue card, one message for a flood of cases, and how its cases come to one person."""

from datetime import timedelta

from bot.slack import blocks, ids
from bot.slack.message import Block, Message
from bot.slack.text import counted, duration, moment, mrkdwn
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.reports.answers import Queue

_HOW = (
    "Too many for a card each: *Start reviewing* shows them to you one after the other. Only you"
    " see yours, and nobody else is given the same."
)
_THANKS = "Thank you!"


def queue_card_message(queue: Queue, *, use_case: UseCase, is_open: bool) -> Message:
    """What waits and a way to begin; once closed, one line that says where the rest is."""
    if not is_open or queue.oldest_at is None:
        return _closed(queue)
    waiting = f"{counted(queue.open, 'case')} waiting"
    oldest = f"the oldest came {moment(queue.oldest_at, '{ago}')}"
    question = mrkdwn(use_case.question, 150)
    start = blocks.button(
        "Start reviewing", action_id=ids.START_REVIEWING, value=use_case.name, style="primary"
    )
    return Message(
        f"{question} {waiting} in {queue.use_case}, {oldest}. Press Start reviewing.",
        [
            blocks.header(use_case.question),
            blocks.section(f"*{waiting}* in {queue.use_case}, {oldest}"),
            blocks.context(blocks.mrkdwn(_HOW)),
            blocks.actions(f"queue:{queue.open}", start),
        ],
    )


def served_message(
    case: Case, card: Message, *, kept_for: timedelta, others: int, said: str | None
) -> Message:
    """A case's card for one person; ``said`` is mrkdwn about the case before, if there was one.

    ``others`` counts the cases that wait besides this one.
    """
    kept = f"Kept for you for {duration(kept_for.total_seconds())}"
    left = f"{counted(others, 'more case')} waiting" if others else "the last one"
    stop = blocks.button("Stop", action_id=ids.STOP_REVIEWING, value=str(case.id))
    before = [blocks.section(said), blocks.divider()] if said else []
    footer = blocks.section(f"{kept} · {left}", accessory=stop)
    shown = [*before, *map(_marked_as_served, card.blocks), footer]
    return Message(f"{said} Next: {card.text}" if said else card.text, shown)


def nothing_left_message(waiting: int, *, said: str | None) -> Message:
    """No case to serve: none waits, or others have those that do."""
    left = (
        f"{counted(waiting, 'case')} still waiting, and others are at it."
        if waiting
        else "Nothing is waiting."
    )
    shown = f"{said}\n{left} {_THANKS}" if said else f"{left} {_THANKS}"
    return Message(shown, [blocks.section(shown)])


def stopped_message() -> Message:
    """The case that was not decided is free for others."""
    text = f"Stopped; the case goes to somebody else. {_THANKS}"
    return Message(text, [blocks.section(text)])


def _closed(queue: Queue) -> Message:
    left = "every case that still waits has its own card" if queue.open else "nothing waits"
    text = f"✔ *The queue has drained* · {left} · {queue.use_case}"
    return Message(text, [blocks.section(text)])


def _marked_as_served(block: Block) -> Block:
    """Clicks on an ephemeral message come without the message, but with the block's id."""
    if "block_id" not in block:
        return block
    return block | {"block_id": f"{ids.SERVED_PREFIX}{block['block_id']}"}
