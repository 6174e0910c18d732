"""Where predictions go, and what waits."""

from collections.abc import Iterable, Mapping, Sequence

from bot.dashboard.parts.glance import oldest
from bot.dashboard.shapes import Shape, bars, section, steps, table
from bot.figures import SERVED_FIRST, Figure
from bot.slack.cards.figures import escalation_line, queue_line, share_words, verdict_line
from bot.slack.text import counted, duration
from hitl.percent import percent
from hitl.reports.ages import AGES
from hitl.reports.answers import Report, Stats
from hitl.statistics.answers import NotYet, Share
from hitl.vocabulary import By

_BY = {
    By.REVIEWER: "by people",
    By.DEADLINE: "by their deadline",
    By.USER: "by whoever was asked",
    By.MODEL: "by a second model",
}


def funnel(found: Stats, by: Mapping[By, int]) -> Shape:
    """Predictions, what stood, what was escalated, and who decided."""
    title, total = "Where predictions go", found.predictions
    decided = sum(by.get(who, 0) for who in _BY)
    if total == 0 and not decided and not found.queue.open:
        return section("funnel", title, says=["No predictions in this time."])
    rows = []
    if total is not None:
        rows += [
            ("Predictions", total, "", 0),
            ("stood by themselves", found.stood, _part(found.stood, total), 1),
        ]
    escalated = "" if total is None else _part(found.escalated, total)
    rows += [("were escalated", found.escalated, escalated, 1), ("Decided", decided, "", 0)]
    for who, words in _BY.items():
        if number := by.get(who, 0):
            rows.append((words, number, _part(number, decided), 1))
    rows.append(("Waiting now", found.queue.open, oldest(found), 0))
    says = [f"{line(found)}." for line in (escalation_line, verdict_line)]
    says.append("Predictions count when they came, decisions when they were made.")
    return section("funnel", title, says=says, pictures=[steps(title, rows)])


def labels(report: Report) -> Shape:
    """Which labels send most to people, and how often people see it otherwise."""
    rows = [
        [
            each.label,
            f"{each.predictions:,}",
            f"{each.escalated:,}" if each.escalation is None else _words(each.escalation),
            _words(each.overturned),
        ]
        for each in report.labels
    ]
    columns = ["The AI's label", "Predictions", "Escalated", "Overturned by people"]
    says = [] if rows else ["No predictions in this time."]
    return section("labels", "By label", says=says, table=table(columns, rows) if rows else None)


def waiting(report: Report, ages: Sequence[int], rows: Iterable[Figure]) -> Shape:
    """What waits, by age, how deadlines are kept, and what it brings whom people serve first."""
    found, late = report.stats, report.deadlines
    says = [f"{queue_line(found.queue, now=found.until)}."]
    if late.overdue or late.decided:
        overdue = f"{counted(late.overdue, 'case')} past the deadline"
        says.append(f"{overdue}; deadlines decided {late.decided:,} in this time.")
    says += [
        f"{row.name}? {row.value[:1].upper()}{row.value[1:]}{row.basis and f' ({row.basis})'}."
        for row in rows
        if row.name == SERVED_FIRST
    ]
    names = [f"under {duration(age.total_seconds())}" for age in AGES]
    names.append(f"over {duration(AGES[-1].total_seconds())}")
    drawn = list(zip(names, ages, strict=True))
    pictures = [bars("How long they have waited", drawn, noun="Cases")] if sum(ages) else []
    return section("queue", "The queue", says=says, pictures=pictures)


def versions(report: Report) -> Shape:
    """What was decided by which model under which policy: figures compare within one alone."""
    rows = [
        [
            each.model or "no model named",
            each.policy_version,
            f"{each.predictions:,}",
            _words(each.escalation),
        ]
        for each in report.versions
    ]
    columns = ["Model", "Policy", "Predictions", "Escalated"]
    return section("versions", "Versions", table=table(columns, rows) if rows else None)


def _part(number: int, of: int) -> str:
    return percent(number / of, decimals=1) if of else ""


def _words(share: Share | NotYet | None) -> str:
    if share is None:
        return "unknown: send /v1/tallies"
    return str(share) if isinstance(share, NotYet) else f"{share_words(share)} of {share.total:,}"
