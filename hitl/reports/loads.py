"""How many votes each person gave on each day."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from datetime import date
from typing import Any

from hitl.reports.facts import REVIEWS
from hitl.reports.ledger import Ledger, Window
from hitl.statistics.weeks import days_between

Loads = Mapping[str, Counter[date]]
"""By person, and by the day in the zone that was asked for."""
OWN = {"stands": True, "adjudicates": False}
"""Of votes: those that are neither taken back nor settle what others disagreed on."""


def loads_in(
    ledger: Ledger, window: Window, *, zone: str, where: Mapping[str, Any] | None = None
) -> Loads:
    """Of all votes, or those of ``where``."""
    days = list(days_between(*window, zone=zone))
    found: defaultdict[str, Counter[date]] = defaultdict(Counter)
    windows = [(since, until) for _, since, until in days]
    for row in ledger.rows(REVIEWS, windows, "reviewer", where=where):
        found[row.reviewer][days[row.place][0]] = row.reviews
    return found
