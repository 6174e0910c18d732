"""The queue card: one message for a flood of cases."""

from bot.slack import blocks, ids
from bot.slack.message import Message
from bot.slack.text import counted, moment, mrkdwn
from hitl.policy import UseCase
from hitl.reports.answers import Queue

_HOW = (
    "Too many for a card each: *Start reviewing* shows them to you one after the other, and nobody"
    " else is given the same."
)


def queue_card_message(queue: Queue, *, use_case: UseCase, is_open: bool) -> Message:
    """What waits and a way to begin; once closed, one line that says where the rest is."""
    if not is_open or queue.oldest_at is None:
        return _closed(queue)
    waiting = f"{counted(queue.open, 'case', is_more=queue.is_more)} waiting"
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


def _closed(queue: Queue) -> Message:
    left = "every case that still waits has its own card" if queue.open else "nothing waits"
    text = f"✔ *The queue has drained* · {left} · {queue.use_case}"
    return Message(text, [blocks.section(text)])
