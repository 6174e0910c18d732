"""The weekly digest: what the arrangement did in a week, beside the week before."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.slack import blocks
from bot.slack.cards.figures import share_words, stats_lines
from bot.slack.message import Message
from bot.slack.text import counted, duration, money
from hitl.audit import Checkpoint
from hitl.policy import UseCase
from hitl.reports.answers import Digest, Flags, Stats


def digest_message(digest: Digest, *, use_case: UseCase) -> Message:
    """The week's numbers, then the week before in one line of comparison."""
    week = digest.week
    heading = f"The week of {use_case.name}"
    days = f"{_days(week.since, week.until, zone=digest.zone)} · {digest.zone}"
    lines = [*stats_lines(week), *_flags(digest.flags)]
    before = _before(digest.before)
    shown = [
        blocks.header(heading),
        blocks.context(blocks.plain(days, 100)),
        blocks.section("\n".join(f"• {line}" for line in lines)),
        blocks.context(blocks.mrkdwn(before)),
    ]
    if digest.checkpoint is not None:
        shown.append(blocks.context(blocks.mrkdwn(_checkpoint(digest.checkpoint))))
    return Message(f"{heading}, {days}: {'. '.join(lines)}. {before}.", shown)


def _flags(flags: Flags) -> list[str]:
    """``Flags: 4 set, 2 cleared, 1 turned, 3 watched``; nothing where none was ever of concern."""
    if not any((flags.set, flags.cleared, flags.turned, flags.watched)):
        return []
    counts = ("set", flags.set), ("cleared", flags.cleared), ("turned", flags.turned)
    said = [*counts, ("watched", flags.watched)]
    return [f"Flags: {', '.join(f'{number:,} {word}' for word, number in said)}"]


def _checkpoint(checkpoint: Checkpoint) -> str:
    """What ``hitl audit verify --checkpoint`` takes; the whole hash would be noise."""
    return f"Audit checkpoint `{checkpoint.shown}` over {counted(checkpoint.cases, 'case')}"


def _before(stats: Stats) -> str:
    """``The week before: escalation 9.4 % (8.1 to 10.8), 120 decided by people, median 52 s``."""
    decided = sum(stats.verdicts.values())
    said = [f"{counted(decided, 'decision')} by people"]
    if stats.escalation:
        said.insert(0, f"escalation {share_words(stats.escalation)}")
    if stats.agreement:
        said.append(f"agreement {share_words(stats.agreement)}")
    if stats.waiting:
        said.append(f"median wait {duration(stats.waiting.median)}")
    if stats.cost and stats.cost.per_decision is not None:
        said.append(f"{money(stats.cost.per_decision, stats.cost.currency)} a decision")
    return f"The week before: {', '.join(said)}"


def _days(since: datetime, until: datetime, *, zone: str) -> str:
    """``16 Nov to 22 Nov 2026`` with an en dash; the end is the last moment that counts."""
    first, last = (
        moment.astimezone(ZoneInfo(zone)) for moment in (since, until - timedelta(microseconds=1))
    )
    return f"{first.day} {first:%b} \N{EN DASH} {last.day} {last:%b %Y}"
