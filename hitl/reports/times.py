"""How long things took: exactly while they are few, by narrow buckets where they are many."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate
from typing import Any

from sqlalchemy import Select, select

from hitl.reports.facts import REVIEWS, UNTIMED, WAITED_FOR, WAITS, Fact, waited
from hitl.reports.ledger import Ledger, Window
from hitl.reports.loads import OWN
from hitl.storage.tables import STANDS_BY_OTHERS, cases, outcomes, reviews

_MOST = 10_000
"""Beyond it, so many evenly spaced ranks stand for all: order statistics need no more."""
_MICROSECONDS = 1_000_000
_MILLISECONDS = 1_000
_WIDTH = 1 / 64
"""Half of a bucket's usual width, relative: from its lower end to where its middle is taken."""

Buckets = list[tuple[float, int]]
"""Seconds and how many, in order."""


def seconds_waited(ledger: Ledger, window: Window) -> list[float]:
    """From submission to people's decision, sorted."""
    since, until = window
    exact = (
        select(waited())
        .join_from(outcomes, cases, outcomes.c.case_id == cases.c.id)
        .where(STANDS_BY_OTHERS, WAITED_FOR)
        .where(outcomes.c.decided_at >= since, outcomes.c.decided_at < until)
    )
    [buckets] = _buckets(ledger, WAITS, [window])
    if _count(buckets) > _MOST:
        return _spread(buckets, _MOST)
    return sorted(each / _MICROSECONDS for each in _of_ledger(ledger, exact))


def seconds_looked(ledger: Ledger, window: Window) -> list[float]:
    """From first sight to vote, sorted; without votes that nobody could time."""
    since, until = window
    exact = (
        select(reviews.c.seconds)
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(reviews.c.at >= since, reviews.c.at < until, reviews.c.seconds.is_not(None))
    )
    [buckets] = _buckets(ledger, REVIEWS, [window])
    if _count(buckets) > _MOST:
        return _spread(buckets, _MOST)
    return sorted(_of_ledger(ledger, exact))


def seconds_by_person(ledger: Ledger, window: Window) -> dict[str, list[float]]:
    """The same of each person's own votes, sorted."""
    since, until = window
    found: defaultdict[str, list[float]] = defaultdict(list)
    if sum(row.reviews for row in ledger.rows(REVIEWS, [window], where=OWN)) > _MOST:
        for row in ledger.rows(REVIEWS, [window], "reviewer", "milliseconds", where=OWN):
            if row.milliseconds != UNTIMED:
                found[row.reviewer] += [_middle(row.milliseconds)] * row.reviews
        return found
    exact = (
        select(reviews.c.reviewer, reviews.c.seconds)
        .join_from(reviews, cases, cases.c.id == reviews.c.case_id)
        .where(
            reviews.c.at >= since,
            reviews.c.at < until,
            reviews.c.seconds.is_not(None),
            reviews.c.undone_at.is_(None),
            ~reviews.c.is_adjudication,
            *ledger.of_own_cases,
        )
        .order_by(reviews.c.seconds)
    )
    for reviewer, seconds in ledger.connection.execute(exact):
        found[reviewer].append(seconds)
    return found


def medians_looked(ledger: Ledger, windows: Sequence[Window]) -> list[float | None]:
    """The median of each window, within two percent; None where nothing was timed."""
    return [
        _spread(buckets, 1)[0] if buckets else None
        for buckets in _buckets(ledger, REVIEWS, windows)
    ]


def _buckets(ledger: Ledger, fact: Fact, windows: Sequence[Window]) -> list[Buckets]:
    found: defaultdict[int, Buckets] = defaultdict(list)
    for row in ledger.rows(fact, windows, "milliseconds"):
        if row.milliseconds != UNTIMED:
            count = getattr(row, fact.measures[0])
            found[row.place].append((_middle(row.milliseconds), count))
    return [found[place] for place in range(len(windows))]


def _middle(milliseconds: int) -> float:
    """Of the bucket that begins there, in seconds."""
    return milliseconds * (1 + _WIDTH) / _MILLISECONDS


def _count(buckets: Buckets) -> int:
    return sum(count for _, count in buckets)


def _spread(buckets: Buckets, most: int) -> list[float]:
    """Values at ``most`` evenly spaced ranks, the middle of each stretch of them."""
    ends = list(accumulate(count for _, count in buckets))
    ranks = (ends[-1] * (2 * place + 1) // (2 * most) for place in range(most))
    return [buckets[bisect_right(ends, rank)][0] for rank in ranks]


def _of_ledger(ledger: Ledger, asked: Select[Any]) -> list[float]:
    return list(ledger.connection.execute(asked.where(*ledger.of_own_cases)).scalars())
