"""The weekly digest: what the arrangement did in a week, beside the week before."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from bot.charts import weeks_in_words
from bot.figures import WEEK_COLUMNS, figures_of, week_row
from bot.slack import blocks
from bot.slack.cards.figures import share_words, stats_lines
from bot.slack.cards.findings import figure_words, finding_blocks
from bot.slack.cards.offer import offer_blocks
from bot.slack.message import Block, Message
from bot.slack.text import clip, counted, duration, money, mrkdwn
from hitl.audit import Checkpoint
from hitl.policy import UseCase
from hitl.reports.answers import Digest, Flags, Report, Stats, WeekFigures
from hitl.reports.offers import Offer

_MOST_FINDINGS = 5
_MOST_WEEKS = 6
_SENTENCE = 400
_CALENDAR = "By calendar weeks, from Monday to Monday; the week above goes up to this digest"
_JUDGED = frozenset(
    {
        "People are right",
        "A review takes",
        "Reviews under 10 s",
        "Overturns upheld",
        "Two reviewers disagreed",
        "Automatic decisions",
        "Calibration",
        "Trend of escalation",
        "Expected errors",
    }
)
"""What the lines above it do not say."""


def digest_message(
    digest: Digest, *, use_case: UseCase, chart: str | None = None, offer: Offer | None = None
) -> Message:
    """The week's numbers beside the week before, what is wrong, and what else happened.

    ``chart`` is a private file of the workspace; without one the weeks stand in a table.
    """
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
        *_weeks(digest, chart),
        *_judged(digest.report),
        *finding_blocks(digest.findings),
        *offer_blocks(offer),
        blocks.context(blocks.mrkdwn(" · ".join(_besides(digest)))),
    ]
    surest = digest.findings[:_MOST_FINDINGS]
    wrong = "".join(
        f" {each.rule.capitalize()}: {mrkdwn(each.evidence, _SENTENCE)}" for each in surest
    )
    return Message(clip(f"{heading}, {days}: {'. '.join(lines)}. {before}.{wrong}", 3_900), shown)


def _weeks(digest: Digest, chart: str | None) -> list[Block]:
    weeks = digest.report.weeks if digest.report else ()
    if not any(week.predictions or week.decided for week in weeks):
        return []
    said = blocks.context(blocks.plain(_CALENDAR, 150))
    if chart is not None:
        return [said, blocks.image({"slack_file": {"id": chart}}, alt_text=weeks_in_words(weeks))]
    return [said, blocks.rich(blocks.preformatted(_table(weeks[-_MOST_WEEKS:])))]


def _table(weeks: Sequence[WeekFigures]) -> str:
    """Columns as wide as they must be, for a font in which all letters are."""
    rows = [WEEK_COLUMNS, *(week_row(week) for week in weeks)]
    widths = [max(len(row[at]) for row in rows) for at in range(len(WEEK_COLUMNS))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in rows
    )


def _judged(report: Report | None) -> list[Block]:
    """Of what is judged only what is known: that too little was seen is no news every Monday."""
    if report is None:
        return []
    known = [figure for figure in figures_of(report) if figure.name in _JUDGED and figure.is_known]
    if not known:
        return []
    return [blocks.section("\n".join(f"• {figure_words(figure)}" for figure in known))]


def _besides(digest: Digest) -> list[str]:
    said = []
    if digest.labels:
        said.append(f"{counted(digest.labels, 'label')} gained")
    if digest.dead_letters:
        said.append(
            f"{counted(digest.dead_letters, 'message')} could not be sent: `hitl outbox` tells why"
        )
    if digest.checkpoint is not None:
        said.append(_checkpoint(digest.checkpoint))
    return said or ["`/hitl stats` shows every figure"]


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
