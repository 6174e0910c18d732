"""Answers to ``/hitl stats``."""

from collections.abc import Sequence
from datetime import timedelta

from bot.slack import blocks
from bot.slack.cards.figures import (
    agreement_line,
    escalation_line,
    is_quiet,
    queue_line,
    stats_lines,
    window_words,
)
from bot.slack.message import Message
from hitl.reports.answers import Stats

_MOST_USE_CASES = 20


def stats_message(stats: Stats) -> Message:
    """Everything about one use case."""
    heading = f"{stats.use_case} · last {window_words(stats.until - stats.since)}"
    lines = stats_lines(stats)
    shown = blocks.section("\n".join(f"• {line}" for line in lines))
    return Message(f"{heading}: {'. '.join(lines)}.", [blocks.header(heading), shown])


def all_stats_message(all_stats: Sequence[Stats], *, window: timedelta) -> Message:
    """Two lines a use case; the first twenty."""
    heading = f"Every use case · last {window_words(window)}"
    shown = [blocks.section(_in_brief(stats)) for stats in all_stats[:_MOST_USE_CASES]]
    missing = len(all_stats) - len(shown)
    hint = "`/hitl stats name` shows one in full"
    footer = blocks.context(blocks.mrkdwn(f"and {missing} more: {hint}" if missing else hint))
    summary = "; ".join(
        f"{stats.use_case}: {escalation_line(stats)}" for stats in all_stats[:_MOST_USE_CASES]
    )
    return Message(f"{heading}. {summary}.", [blocks.header(heading), *shown, footer])


def _in_brief(stats: Stats) -> str:
    figures = escalation_line(stats)
    if not is_quiet(stats):
        figures = f"{figures} · {agreement_line(stats)}"
    return f"*{stats.use_case}* · {queue_line(stats.queue, now=stats.until)}\n{figures}"
