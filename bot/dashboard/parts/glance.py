"""The numbers that are read first, each beside the same time before."""

from bot.dashboard.shapes import Shape, figure
from bot.slack.cards.figures import cost_line, share_words
from bot.slack.text import duration, money
from hitl.reports.answers import Stats
from hitl.statistics.answers import Share
from hitl.statistics.minimums import ESCALATION, MEDIAN, OVERTURNS, P90


def glance(found: Stats, before: Stats) -> list[Shape]:
    """Escalation, agreement, time, cost, and what waits now."""
    return [
        _share("Escalation", found.escalation, before.escalation, needed=ESCALATION),
        _share("Agreement with the AI", found.agreement, before.agreement, needed=OVERTURNS),
        _waiting(found, before),
        _cost(found, before),
        figure("Waiting now", f"{found.queue.open:,}", oldest(found)),
    ]


def oldest(found: Stats) -> str:
    """How long the first of the queue has waited; empty without one."""
    if found.queue.oldest_at is None:
        return ""
    waited = (found.until - found.queue.oldest_at).total_seconds()
    return f"the oldest for {duration(waited)}"


def _share(title: str, share: Share | None, before: Share | None, *, needed: int) -> Shape:
    found = share.total if share else 0
    if share is None or found < needed:
        return figure(title, "not enough yet", f"{found:,} of {needed:,}")
    value, _, interval = share_words(share).partition(" (")
    details = [f"{interval.removesuffix(')')} on {share.total:,}"]
    if before is not None and before.total >= needed:
        details.append(f"before: {share_words(before).partition(' (')[0]}")
    return figure(title, value, " · ".join(details))


def _waiting(found: Stats, before: Stats) -> Shape:
    title, wait = "Time to a decision", found.waiting
    if wait is None or wait.count < MEDIAN:
        return figure(title, "not enough yet", f"{wait.count if wait else 0} of {MEDIAN}")
    details = [f"median of {wait.count:,}"]
    if wait.count >= P90:
        details.append(f"90 % within {duration(wait.p90)}")
    if before.waiting is not None and before.waiting.count >= MEDIAN:
        details.append(f"before: {duration(before.waiting.median)}")
    return figure(title, duration(wait.median), " · ".join(details))


def _cost(found: Stats, before: Stats) -> Shape:
    title, cost = "Cost of a decision", found.cost
    if cost is None or cost.per_decision is None:
        return figure(title, "unknown", cost_line(found))
    details = [f"{money((cost.ai or 0) + (cost.review or 0), cost.currency)} in all"]
    if before.cost is not None and before.cost.per_decision is not None:
        details.append(f"before: {money(before.cost.per_decision, cost.currency)}")
    return figure(title, money(cost.per_decision, cost.currency), " · ".join(details))
