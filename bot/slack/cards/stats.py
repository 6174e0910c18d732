"""Answers to ``/hitl stats``."""

from collections.abc import Sequence
from datetime import timedelta

from bot.figures import figures_of
from bot.slack import blocks
from bot.slack.cards.figures import (
    agreement_line,
    escalation_line,
    is_quiet,
    queue_line,
    stats_lines,
    window_words,
)
from bot.slack.cards.findings import figure_words, finding_blocks, sunset_lines
from bot.slack.message import Message
from bot.slack.text import clip
from hitl.reports.answers import Report, Stats
from hitl.statistics.findings.signal import Finding

_MOST_USE_CASES = 20
_SAID = frozenset(
    {
        "Escalation",
        "Agreement with the AI",
        "Waiting to decision",
        "Waiting now",
        "Cost a decision",
        "Cost",
    }
)
"""What the lines above say already."""


def report_message(
    report: Report, *, window: timedelta, findings: Sequence[Finding] = ()
) -> Message:
    """Everything about one use case: what happened, what is known of it, what is wrong."""
    stats = report.stats
    heading = f"{stats.use_case} · last {window_words(window)}"
    lines = stats_lines(stats)
    shown = [blocks.header(heading), blocks.section(_list(lines))]
    if not is_quiet(stats):
        judged = [figure_words(each) for each in figures_of(report) if each.name not in _SAID]
        shown.append(blocks.section(_list(judged)))
        lines += judged
    shown += finding_blocks(findings)
    if signs := sunset_lines(report.sunset):
        shown.append(blocks.section(_list(signs)))
    return Message(clip(f"{heading}: {'. '.join(lines)}.", 3_900), shown)


def _list(lines: Sequence[str]) -> str:
    return clip("\n".join(f"• {line}" for line in lines), 2_900)


def all_stats_message(all_stats: Sequence[Stats], *, window: timedelta) -> Message:
    """Two lines a use case; the first twenty."""
    heading = f"Every use case · last {window_words(window)}"
    shown = [blocks.section(_in_brief(stats)) for stats in all_stats[:_MOST_USE_CASES]]
    missing = len(all_stats) - len(shown)
    hint = f"`/hitl stats {all_stats[0].use_case}` shows one in full"
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
