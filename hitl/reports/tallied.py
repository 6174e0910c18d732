"""Predictions and decisions of each of several windows, added up."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from hitl.reports.facts import DECISIONS, PREDICTIONS, TALLY
from hitl.reports.ledger import Ledger, Window
from hitl.statistics.answers import Share
from hitl.statistics.findings.facts import Count
from hitl.storage.predictions import NO_PREDICTION
from hitl.strategies import STANDING
from hitl.vocabulary import By, Verdict

_ROUTED_BY_CALLERS = ("caller", "edge")
"""Callers who route by themselves send what people must see, and tally the rest."""


@dataclass(slots=True)
class Predicted:
    """Predictions of one window."""

    total: int = 0
    stood: int = 0
    escalated: int = 0
    by_callers: int = 0
    tallied: int = 0

    @property
    def predictions(self) -> int | None:
        """None while callers send only what people must see: much may have stood elsewhere."""
        return None if self.by_callers and not self.tallied else self.total

    @property
    def escalation(self) -> Share | None:
        """How much of it people had to look at."""
        return share(self.escalated, self.predictions)


@dataclass(slots=True)
class Decided:
    """Outcomes of one window that are not the AI's own."""

    verdicts: dict[Verdict, int] = field(default_factory=dict)
    """Of people."""
    flagged: int = 0
    waited: int = 0
    """Decided by people while somebody waited for it."""
    predicted: int = 0
    agreeing: int = 0
    by: dict[By, int] = field(default_factory=dict)

    @property
    def agreement(self) -> Share | None:
        """People's outcomes whose label is the AI's."""
        return share(self.agreeing, self.predicted)


def predicted_in(ledger: Ledger, windows: Sequence[Window]) -> list[Predicted]:
    """By when they came."""
    found = _predicted(ledger, windows)
    return [found.get((place,), Predicted()) for place in range(len(windows))]


def predicted_by(ledger: Ledger, window: Window, *columns: str) -> dict[tuple[str, ...], Predicted]:
    """By the values of these columns of the fact."""
    return {key[1:]: seen for key, seen in _predicted(ledger, [window], *columns).items()}


def _predicted(
    ledger: Ledger, windows: Sequence[Window], *columns: str
) -> dict[tuple[Any, ...], Predicted]:
    found: defaultdict[tuple[Any, ...], Predicted] = defaultdict(Predicted)
    rows = ledger.rows(PREDICTIONS, windows, *columns, "route_to", "routed_by", "reached_people")
    for row in rows:
        if row.routed_by in NO_PREDICTION:
            continue
        seen, count = found[tuple(row[: len(columns) + 1])], row.predictions
        seen.total += count
        seen.stood += count * (row.route_to in STANDING)
        seen.escalated += count * row.reached_people
        seen.by_callers += count * (row.routed_by in _ROUTED_BY_CALLERS)
        seen.tallied += count * (row.routed_by == TALLY)
    return dict(found)


def stood_by_label(ledger: Ledger, windows: Sequence[Window]) -> list[dict[str, int]]:
    """How many of each label stood by themselves."""
    found: list[dict[str, int]] = [{} for _ in windows]
    for (place, label), seen in _predicted(ledger, windows, "label").items():
        if seen.stood:
            found[place][label] = seen.stood
    return found


def decided_in(ledger: Ledger, windows: Sequence[Window]) -> list[Decided]:
    """By when they were made."""
    found = [Decided() for _ in windows]
    columns = ("by", "verdict", "routed_by", "agrees", "overrules")
    for row in ledger.rows(DECISIONS, windows, *columns):
        if row.routed_by == "known":
            continue
        seen, count, by = found[row.place], row.decisions, By(row.by)
        seen.by[by] = seen.by.get(by, 0) + count
        if by is not By.REVIEWER:
            continue
        verdict, is_prediction = Verdict(row.verdict), row.routed_by not in NO_PREDICTION
        seen.verdicts[verdict] = seen.verdicts.get(verdict, 0) + count
        seen.flagged += row.flagged
        seen.waited += count * (not row.overrules)
        seen.predicted += count * is_prediction
        seen.agreeing += count * (is_prediction and row.agrees)
    return found


def overturned_by_label(ledger: Ledger, window: Window) -> dict[str, Count]:
    """By the AI's label: how many people gave another one, of those they decided."""
    found: defaultdict[str, list[int]] = defaultdict(lambda: [0, 0])
    columns = ("label", "routed_by", "agrees")
    for row in ledger.rows(DECISIONS, [window], *columns, where={"by": By.REVIEWER}):
        if row.routed_by not in NO_PREDICTION:
            found[row.label][0] += row.decisions * (not row.agrees)
            found[row.label][1] += row.decisions
    return {label: Count(*counts) for label, counts in found.items()}


def share(hits: int, total: int | None) -> Share | None:
    """None where there is nothing to be a share of."""
    return Share.of(hits, total) if total else None
