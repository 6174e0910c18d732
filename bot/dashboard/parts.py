"""The parts of the page: figures in, words and shapes out. What is not known is said to be so."""

from collections.abc import Mapping, Sequence

from bot.dashboard.shapes import Shape, band, bars, figure, section, steps, table
from bot.slack.cards.figures import (
    cost_line,
    escalation_line,
    queue_line,
    share_words,
    verdict_line,
)
from bot.slack.text import duration, money
from hitl.percent import percent
from hitl.reports.answers import Stats
from hitl.reports.desk import AGES, Done
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.intervals import Interval
from hitl.statistics.minimums import ESCALATION, MEDIAN, OVERTURNS, P90
from hitl.statistics.speed import speed
from hitl.vocabulary import By

_BY = {
    By.REVIEWER: "by people",
    By.DEADLINE: "by their deadline",
    By.USER: "by whoever was asked",
    By.MODEL: "by a second model",
}


def headline(found: Stats, before: Stats) -> list[Shape]:
    """The numbers that are read first, each with the same time before."""
    return [
        _share_figure("Escalation", found.escalation, before.escalation, needed=ESCALATION),
        _share_figure("Agreement with the AI", found.agreement, before.agreement, needed=OVERTURNS),
        _waiting_figure(found, before),
        _cost_figure(found, before),
        figure("Waiting now", f"{found.queue.open:,}", _oldest(found)),
    ]


def funnel(found: Stats, by: Mapping[By, int]) -> Shape:
    """Predictions, what stood, what people were asked, and who decided."""
    total = found.predictions
    if total == 0 and not by and not found.queue.open:
        return section("funnel", "Where predictions go", says=["No predictions in this time."])
    rows = []
    if total is not None:
        rows += [
            ("Predictions", total, "", 0),
            ("stood by themselves", found.stood, _part(found.stood, total), 1),
        ]
    escalated = "" if total is None else _part(found.escalated, total)
    rows += [("were escalated", found.escalated, escalated, 1)]
    decided = sum(by.values())
    rows += [("Decided", decided, "", 0)]
    rows += [
        (words, by[who], _part(by[who], decided), 1) for who, words in _BY.items() if who in by
    ]
    rows += [("Waiting now", found.queue.open, _oldest(found), 0)]
    says = [f"{line(found)}." for line in (escalation_line, verdict_line)]
    says.append("Predictions count when they came, decisions when they were made.")
    return section("funnel", "Where predictions go", says=says, pictures=[steps("Cases", rows)])


def trends(names: Sequence[str], weeks: Sequence[Stats]) -> Shape:
    """Each week's shares and waiting, with intervals where there is enough."""
    pictures = [
        _share_band("Escalation", names, [week.escalation for week in weeks], needed=ESCALATION),
        _share_band(
            "Agreement with the AI", names, [week.agreement for week in weeks], needed=OVERTURNS
        ),
        _waiting_band(names, weeks),
    ]
    if weeks[-1].cost is not None:
        pictures.append(_cost_band(names, weeks, currency=weeks[-1].cost.currency))
    note = "The band is where the true share lies, 95 % sure. Weeks with too little are left out."
    return section("trends", "Week by week", says=[note], pictures=pictures)


def waiting(found: Stats, ages: Sequence[int]) -> Shape:
    """What waits, by age."""
    names = [f"under {duration(age.total_seconds())}" for age in AGES]
    names.append(f"over {duration(AGES[-1].total_seconds())}")
    says = [f"{queue_line(found.queue, now=found.until)}."]
    pictures = [
        bars("How long they have waited", list(zip(names, ages, strict=True)), noun="Cases")
    ]
    return section("queue", "The queue", says=says, pictures=pictures if sum(ages) else [])


def costs(found: Stats) -> Shape:
    """What was spent, in its parts; what has no price is said to have none."""
    cost = found.cost
    says = [f"{cost_line(found)}."]
    if cost is None:
        return section("costs", "Costs", says=says)
    parts = (("The AI", cost.ai), ("Review by people", cost.review))
    rows = [[name, _money(part, cost.currency)] for name, part in parts]
    return section("costs", "Costs", says=says, table=table(["Part", "Spent"], rows))


def reviewers(done: Sequence[tuple[str, Done]]) -> Shape:
    """Who did how much and how fast, in the order given; leads alone are shown this."""
    rows = []
    for name, each in done:
        pace = speed(each.seconds)
        quick = pace.on_target
        quick_words = str(quick) if isinstance(quick, NotYet) else share_words(quick)
        rows.append([name, f"{each.votes:,}", _seconds(pace.median), quick_words])
    says = ["In the order of their names: how much somebody decides is no measure of how well."]
    shown = table(["Reviewer", "Decisions", "Median", "Under 10 s"], rows)
    if not rows:
        return section("reviewers", "Reviewers", says=["Nobody has reviewed in this time."])
    return section("reviewers", "Reviewers", says=says, table=shown)


def _share_figure(title: str, share: Share | None, before: Share | None, *, needed: int) -> Shape:
    found = share.total if share else 0
    if share is None or found < needed:
        return figure(title, "not enough yet", f"{found:,} of {needed:,}")
    value, _, interval = share_words(share).partition(" (")
    detail = f"{interval.removesuffix(')')} on {share.total:,}"
    if before is not None and before.total >= needed:
        detail += f" · before: {share_words(before).partition(' (')[0]}"
    return figure(title, value, detail)


def _waiting_figure(found: Stats, before: Stats) -> Shape:
    wait = found.waiting
    if wait is None or wait.count < MEDIAN:
        return figure(
            "Time to a decision", "not enough yet", f"{wait.count if wait else 0} of {MEDIAN}"
        )
    detail = f"median of {wait.count:,}"
    if wait.count >= P90:
        detail += f" · 90 % within {duration(wait.p90)}"
    if before.waiting is not None and before.waiting.count >= MEDIAN:
        detail += f" · before: {duration(before.waiting.median)}"
    return figure("Time to a decision", duration(wait.median), detail)


def _cost_figure(found: Stats, before: Stats) -> Shape:
    cost = found.cost
    if cost is None or cost.per_decision is None:
        return figure("Cost of a decision", "unknown", cost_line(found))
    detail = f"{money((cost.ai or 0) + (cost.review or 0), cost.currency)} in all"
    if before.cost is not None and before.cost.per_decision is not None:
        detail += f" · before: {money(before.cost.per_decision, cost.currency)}"
    return figure("Cost of a decision", money(cost.per_decision, cost.currency), detail)


def _oldest(found: Stats) -> str:
    if found.queue.oldest_at is None:
        return ""
    waited = (found.until - found.queue.oldest_at).total_seconds()
    return f"the oldest for {duration(waited)}"


def _part(number: int, of: int) -> str:
    return percent(number / of, decimals=1) if of else ""


def _share_band(
    title: str, names: Sequence[str], shares: Sequence[Share | None], *, needed: int
) -> Shape:
    enough = [share if share and share.total >= needed else None for share in shares]
    words = [
        f"{share_words(good)} on {good.total:,}"
        if good
        else f"not enough yet: {share.total if share else 0:,} of {needed:,}"
        for good, share in zip(enough, shares, strict=True)
    ]
    values = [share.interval if share else None for share in enough]
    return band(title, places=names, values=values, unit="%", words=words)


def _waiting_band(names: Sequence[str], weeks: Sequence[Stats]) -> Shape:
    enough = [week.waiting for week in weeks]
    enough = [wait if wait and wait.count >= MEDIAN else None for wait in enough]
    words = [
        f"median {duration(good.median)} of {good.count:,}"
        if good
        else f"not enough yet: {week.waiting.count if week.waiting else 0} of {MEDIAN}"
        for good, week in zip(enough, weeks, strict=True)
    ]
    return band(
        "Time to a decision, median to 90 %",
        places=names,
        values=[
            None if good is None else Interval(good.median, good.median, good.p90)
            for good in enough
        ],
        unit="s",
        words=words,
        bare=[good is None or good.count < P90 for good in enough],
    )


def _cost_band(names: Sequence[str], weeks: Sequence[Stats], *, currency: str) -> Shape:
    costs_a_decision = [
        week.cost.per_decision
        if week.cost and week.predictions and week.predictions >= ESCALATION
        else None
        for week in weeks
    ]
    return band(
        f"Cost of a decision, {currency}",
        places=names,
        values=[None if each is None else Interval(each, each, each) for each in costs_a_decision],
        unit=currency,
        words=[
            "unknown, or not enough yet" if each is None else money(each, currency)
            for each in costs_a_decision
        ],
        bare=[True] * len(weeks),
    )


def _money(amount: float | None, currency: str) -> str:
    return "unpriced" if amount is None else money(amount, currency)


def _seconds(found: Interval | NotYet) -> str:
    if isinstance(found, NotYet):
        return str(found)
    return f"{found.estimate:.1f} s ({found.low:.1f}\N{EN DASH}{found.high:.1f})"
