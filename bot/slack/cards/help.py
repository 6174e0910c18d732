"""Answers to ``/hitl help`` and to commands that were not understood."""

from bot.slack import blocks
from bot.slack.ids import COMMAND
from bot.slack.message import Message
from bot.slack.text import escape, mrkdwn

_COMMANDS = {
    "stats [use case] [window]": "how a use case does; windows: 24h, 7d (unless said), 4w",
    "review [use case]": "decide case after case; unless said, where most are waiting",
    "practice [use case]": "five cases with known answers, timed; nothing of it counts",
    "queue": "what is waiting for people",
    "queue flagged": "flagged cases that are being watched",
    "case <id>": "one case, with its buttons",
    "policy [use case]": "thresholds, who is asked, who agreed and since when",
    "reviewers [use case]": "how you review, and for leads how the team does",
    "dashboard": "a link to figures, trends and costs as a web page",
    "digest [use case]": "this week's digest so far, for you alone; with `post`, for the channel",
    "help": "this",
}
_HOW = (
    "A case is something an AI was unsure of. Its card says what the AI proposes and why people"
    " are asked; the buttons say what they do, and the first decision stands. Everything rarer is"
    " under ⋯ on the card: a note, the full text, the history, handing over, withdrawing."
)


def help_message(problem: str | None = None) -> Message:
    """The commands there are; ``problem`` is what was wrong with the one given."""
    lines = "\n".join(
        f"`{COMMAND} {escape(usage)}` · {meaning}" for usage, meaning in _COMMANDS.items()
    )
    if problem is None:
        return Message(f"{_HOW}\n{lines}", [blocks.section(_HOW), blocks.section(lines)])
    shown = mrkdwn(problem, 500)
    return Message(f"{shown}\n{lines}", [blocks.section(shown), blocks.section(lines)])
