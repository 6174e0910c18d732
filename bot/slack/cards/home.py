"""The Home tab: where escalations happen now, and whether people are worth asking."""

from collections.abc import Sequence
from datetime import datetime

from bot.slack import blocks, ids
from bot.slack.cards.figures import (
    agreement_line,
    cost_line,
    escalation_line,
    is_quiet,
    queue_line,
)
from bot.slack.message import Block, View
from bot.slack.text import moment
from hitl.reports.answers import Stats

_MOST_USE_CASES = 30
_HOW = (
    "Cases appear in their channels with buttons that say what they do. `/hitl queue` lists what"
    " waits, `/hitl stats` tells how it goes, `/hitl help` everything else."
)


def home_view(all_stats: Sequence[Stats], *, now: datetime) -> View:
    """The use cases with the most waiting first; ``all_stats`` covers the last seven days."""
    busiest = sorted(all_stats, key=lambda stats: (-stats.queue.open, stats.use_case))
    shown = [block for stats in busiest[:_MOST_USE_CASES] for block in _use_case(stats, now=now)]
    total = sum(stats.queue.open for stats in all_stats)
    return {
        "type": "home",
        "blocks": [
            blocks.header(f"{total:,} waiting for people" if total else "Nothing is waiting"),
            blocks.context(blocks.mrkdwn(f"Last seven days, as of {moment(now)}")),
            blocks.actions("home", *_buttons(total)),
            *shown,
            *_rest(len(all_stats) - _MOST_USE_CASES),
            blocks.context(blocks.mrkdwn(_HOW)),
        ],
    }


def closed_home(reason: str) -> View:
    """What somebody sees who may not look; ``reason`` is mrkdwn, ready to show."""
    return {"type": "home", "blocks": [blocks.section(reason)]}


def _buttons(waiting: int) -> list[blocks.Element]:
    refresh = blocks.button("Refresh", action_id=ids.REFRESH_HOME, value="home")
    show = blocks.button("Waiting cases", action_id=ids.SHOW_QUEUE, value="home")
    start = blocks.button(
        "Start reviewing", action_id=ids.START_REVIEWING, value=ids.LONGEST_QUEUE, style="primary"
    )
    return [start, show, refresh] if waiting else [refresh]


def _use_case(stats: Stats, *, now: datetime) -> list[Block]:
    figures = [escalation_line(stats)]
    if not is_quiet(stats):
        figures += [agreement_line(stats), cost_line(stats)]
    return [
        blocks.divider(),
        blocks.section(f"*{stats.use_case}*\n{queue_line(stats.queue, now=now)}"),
        blocks.context(blocks.mrkdwn("\n".join(figures))),
    ]


def _rest(more: int) -> list[Block]:
    if more <= 0:
        return []
    return [blocks.context(blocks.mrkdwn(f"and {more} more: `/hitl stats name`"))]
