"""A use case's numbers as lines a person reads; each says when there is too little to tell."""

from datetime import datetime, timedelta

from bot.slack.text import counted, duration, money
from hitl.percent import percent
from hitl.reports.answers import Cost, Queue, Stats
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.intervals import Interval
from hitl.vocabulary import Verdict

_ENOUGH = 30
_ENOUGH_FOR_MEDIAN = 20
_ENOUGH_FOR_P90 = 36
_NARROW = 0.05
"""An interval narrower than this carries one decimal."""
_DAY, _WEEK = timedelta(days=1), timedelta(days=7)
_SIGNS = {Verdict.APPROVE: "approved", Verdict.REJECT: "rejected", Verdict.FLAG: "flagged"}


def share_words(share: Share) -> str:
    """``8.1 % (6.9 to 9.5)`` with an en dash, in as many decimals as the interval deserves."""
    return interval_words(share.interval)


def interval_words(interval: Interval) -> str:
    """The same of a share that was estimated otherwise."""
    decimals = 1 if interval.high - interval.low < _NARROW else 0
    low = percent(interval.low, decimals=decimals).removesuffix(" %")
    high = percent(interval.high, decimals=decimals).removesuffix(" %")
    return f"{percent(interval.estimate, decimals=decimals)} ({low}\N{EN DASH}{high})"


def escalation_line(stats: Stats) -> str:
    """How much of all that was predicted people had to look at."""
    if stats.predictions == 0:
        return "No predictions in this time"
    if stats.escalation is None:
        sent = f" ({stats.escalated:,} escalated)" if stats.escalated else ""
        return f"Escalation unknown: send /v1/tallies{sent}"
    share = stats.escalation
    if share.total < _ENOUGH:
        return _untold("Escalation", share.total, _ENOUGH, "predictions")
    counts = f"{share.hits:,} of {counted(share.total, 'prediction')}"
    return f"Escalation {share_words(share)}, {counts}{_decided_elsewhere(stats)}"


def _decided_elsewhere(stats: Stats) -> str:
    """What was unsure and still came to nobody in Slack, where there was any."""
    said = [
        f"{count:,} decided by {whom}"
        for count, whom in ((stats.by_model, "second models"), (stats.by_user, "users"))
        if count
    ]
    return "".join(f"; {words}" for words in said)


def verdict_line(stats: Stats) -> str:
    """What people decided, by verdict."""
    decided = sum(stats.verdicts.values())
    if not decided:
        return "Nothing decided by people"
    parts = [f"{stats.verdicts.get(verdict, 0):,} {word}" for verdict, word in _SIGNS.items()]
    return f"{decided:,} decided by people: {', '.join(parts)}"


def agreement_line(stats: Stats) -> str:
    """How often people chose the label the AI had proposed."""
    share = stats.agreement
    found = share.total if share else 0
    if share is None or found < _ENOUGH:
        return _untold("Agreement with the AI", found, _ENOUGH, "decisions")
    return f"Agreement with the AI {share_words(share)} on {counted(found, 'decision')}"


def waiting_line(stats: Stats) -> str:
    """How long callers waited for people."""
    waiting = stats.waiting
    count = waiting.count if waiting else 0
    if waiting is None or count < _ENOUGH_FOR_MEDIAN:
        return _untold("Waiting to decision", count, _ENOUGH_FOR_MEDIAN, "decisions")
    line = f"Waiting to decision: median {duration(waiting.median)}"
    if count < _ENOUGH_FOR_P90:
        return line
    return f"{line}, 90 % within {duration(waiting.p90)}"


def queue_line(queue: Queue, *, now: datetime) -> str:
    """How many wait now, and since when the first of them."""
    if queue.oldest_at is None:
        return "Nothing is waiting"
    oldest = duration((now - queue.oldest_at).total_seconds())
    return f"{counted(queue.open, 'case', is_more=queue.is_more)} waiting, the oldest for {oldest}"


def cost_line(stats: Stats) -> str:
    """What one decision costs; else what is known, and what to set for the rest."""
    cost = stats.cost
    if cost is None:
        return "Cost unpriced: set costs.ai and costs.review in the policy"
    if cost.per_decision is None:
        return _spent_line(cost, predictions=stats.predictions)
    line = f"{money(cost.per_decision, cost.currency)} a decision"
    spent = (cost.ai or 0) + (cost.review or 0) + (cost.second_models or 0) + (cost.users or 0)
    return f"{line}, {percent((cost.review or 0) / spent)} of it review" if spent else line


def is_quiet(stats: Stats) -> bool:
    """Whether nothing came in and nothing was decided."""
    return stats.predictions == 0 and not stats.verdicts


def stats_lines(stats: Stats) -> list[str]:
    """Everything about one use case, the most asked for first."""
    if is_quiet(stats):
        return [escalation_line(stats), queue_line(stats.queue, now=stats.until)]
    return [
        escalation_line(stats),
        agreement_line(stats),
        verdict_line(stats),
        waiting_line(stats),
        cost_line(stats),
        queue_line(stats.queue, now=stats.until),
    ]


def window_words(window: timedelta) -> str:
    """``24 hours``, ``7 days``, ``4 weeks``."""
    if window >= 2 * _WEEK and not window % _WEEK:
        return counted(window // _WEEK, "week")
    if window > _DAY and not window % _DAY:
        return counted(window.days, "day")
    return counted(int(window.total_seconds()) // 3600, "hour")


def _spent_line(cost: Cost, *, predictions: int | None) -> str:
    review = "unpriced: set costs.review in the policy"
    if cost.review is not None:
        review = money(cost.review, cost.currency)
    elif cost.by_the_hour:
        review = "unknown: no review was timed yet"
    ai = "unpriced: set costs.ai in the policy"
    if cost.ai is not None:
        ai = money(cost.ai, cost.currency)
    elif predictions is None:
        ai = "unknown: send /v1/tallies"
    return f"Cost of review {review}; of the AI {ai}"


def _untold(name: str, found: int, needed: int, of: str) -> str:
    return f"{name}: {NotYet(found, needed, of)}"
