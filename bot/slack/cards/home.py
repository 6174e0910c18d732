"""The Home tab: what waits for its reader, how the use cases do, what to be told of."""

from collections.abc import Mapping, Sequence
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
from bot.slack.text import counted, moment, mrkdwn, seconds_said
from hitl.notifications import Told
from hitl.reports.answers import Stats
from hitl.reports.mine import MOST_COUNTED, Dispute, Mine

_MOST_USE_CASES = 20
"""Three blocks each, of the hundred that a tab may have."""
_HOW = (
    "Cases appear in their channels with buttons that say what they do. `/hitl queue` lists what"
    " waits, `/hitl stats` tells how it goes, `/hitl help` everything else."
)
_TOLD: Mapping[Told, str] = {
    Told.DISPUTE: "Reviewers disagree on a case that I may settle",
    Told.HANDED: "Somebody hands me a case",
    Told.DIGEST: "The weekly digest of a use case of mine is out, with a copy of it",
    Told.FATIGUE: "My own pace says that I may be tired (nobody else is told)",
}


def home_view(all_stats: Sequence[Stats], *, mine: Mine, now: datetime) -> View:
    """The use cases with the most waiting first; ``all_stats`` covers the last seven days."""
    busiest = sorted(all_stats, key=lambda stats: (-stats.queue.open, stats.use_case))
    shown = busiest[:_MOST_USE_CASES]
    waiting = sum(stats.queue.open for stats in all_stats)
    return {
        "type": "home",
        "blocks": [
            blocks.header(_title(mine)),
            blocks.context(blocks.mrkdwn(_done(mine))),
            blocks.actions("home", *_buttons(mine, waiting=waiting)),
            *_disputes(mine.disputes),
            blocks.divider(),
            blocks.section("*Use cases* in the last seven days"),
            *(block for stats in shown for block in _use_case(stats, mine=mine, now=now)),
            *_rest(len(all_stats) - _MOST_USE_CASES),
            blocks.divider(),
            *_told_directly(mine.told),
            blocks.context(blocks.mrkdwn(f"{_HOW} As of {moment(now)}.")),
        ],
    }


def closed_home(reason: str) -> View:
    """What somebody sees who may not look; ``reason`` is mrkdwn, ready to show."""
    return {"type": "home", "blocks": [blocks.section(reason)]}


def _title(mine: Mine) -> str:
    total = sum(min(number, MOST_COUNTED) for number in mine.waiting.values())
    if not total:
        return "A dispute waits for you" if mine.disputes else "Nothing is waiting for you"
    more = "+" if max(mine.waiting.values()) > MOST_COUNTED else ""
    return f"{total:,}{more} {'case waits' if total == 1 else 'cases wait'} for you"


def _done(mine: Mine) -> str:
    if not mine.done:
        return "You have decided nothing in the last 24 hours"
    said = f"You gave *{counted(mine.done, 'review')}* in the last 24 hours"
    if mine.median_seconds is None:
        return said
    return f"{said}, the median in *{seconds_said(mine.median_seconds)}*"


def _buttons(mine: Mine, *, waiting: int) -> list[blocks.Element]:
    refresh = blocks.button("Refresh", action_id=ids.REFRESH_HOME, value="home")
    show = blocks.button("Waiting cases", action_id=ids.SHOW_QUEUE, value="home")
    start = blocks.button(
        "Start reviewing", action_id=ids.START_REVIEWING, value=ids.LONGEST_QUEUE, style="primary"
    )
    practise = blocks.button("Practise", action_id=ids.START_PRACTICE, value=ids.LONGEST_QUEUE)
    return [
        *([start] if any(mine.waiting.values()) else []),
        *([show] if waiting else []),
        practise,
        refresh,
    ]


def _disputes(disputes: Sequence[Dispute]) -> list[Block]:
    if not disputes:
        return []
    shown = [blocks.divider(), blocks.section("⚖ *Disputes for you to settle*")]
    for each in disputes:
        settle = blocks.button("Adjudicate…", action_id=ids.ADJUDICATE, value=str(each.case_id))
        said = f"{mrkdwn(each.title, 150)}\n{each.use_case} · case {each.case_id}"
        came = moment(each.submitted_at, "{ago}")
        shown.append(blocks.section(f"{said} · {came}", accessory=settle))
    return shown


def _use_case(stats: Stats, *, mine: Mine, now: datetime) -> list[Block]:
    figures = [escalation_line(stats)]
    if not is_quiet(stats):
        figures += [agreement_line(stats), cost_line(stats)]
    review = None
    if mine.waiting.get(stats.use_case):
        review = blocks.button("Review", action_id=ids.START_REVIEWING, value=stats.use_case)
    line = f"*{stats.use_case}*\n{queue_line(stats.queue, now=now)}"
    return [
        blocks.section(line, accessory=review),
        blocks.context(blocks.mrkdwn("\n".join(figures))),
    ]


def _told_directly(told: frozenset[Told]) -> list[Block]:
    options = {kind: blocks.option(words, kind) for kind, words in _TOLD.items()}
    chosen = [options[kind] for kind in Told if kind in told]
    boxes = {
        "type": "checkboxes",
        "action_id": ids.NOTIFICATIONS,
        "options": list(options.values()),
    }
    if chosen:
        boxes |= {"initial_options": chosen}
    # Another id for each choice: Slack shows the one made last where ids repeat.
    ways = ",".join(sorted(told)) or "none"
    return [
        blocks.section("*Tell me directly, too, when*"),
        blocks.actions(f"told:{ways}", boxes),
    ]


def _rest(more: int) -> list[Block]:
    if more <= 0:
        return []
    return [blocks.context(blocks.mrkdwn(f"and {more} more: `/hitl stats`"))]
