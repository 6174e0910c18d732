"""What the decisions of a window cost, part by part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hitl.policy import Costs
from hitl.reports.answers import Cost
from hitl.reports.asked import Asked
from hitl.reports.checked import sampled_in
from hitl.reports.facts import REVIEWS, UNTIMED
from hitl.reports.ledger import Ledger, Window
from hitl.reports.prices import review_price
from hitl.reports.tallied import stood_by_label
from hitl.statistics.economics import Prices, Standing, error_cost


@dataclass(slots=True)
class Reviewed:
    """Votes of one window, and the seconds of those that were timed."""

    reviews: int = 0
    timed: int = 0
    seconds: float = 0.0

    @property
    def mean(self) -> float | None:
        """What is paid for by the hour: walk-aways included, as they are paid for too.

        A press on a channel's card tells no beginning; it is taken to last as long as the rest.
        """
        return self.seconds / self.timed if self.timed else None

    def cost(self, costs: Costs) -> float | None:
        """None where nothing says what they cost."""
        each = review_price(costs, seconds=self.mean if self.reviews else 0.0)
        return None if each is None else each * self.reviews


def reviewed_in(ledger: Ledger, windows: Sequence[Window]) -> list[Reviewed]:
    """By when the votes were given."""
    found = [Reviewed() for _ in windows]
    for row in ledger.rows(REVIEWS, windows, "milliseconds"):
        seen = found[row.place]
        seen.reviews += row.reviews
        seen.timed += row.reviews * (row.milliseconds != UNTIMED)
        seen.seconds += row.seconds
    return found


def mean_seconds(
    connection: Connection, *, use_case: str, since: datetime, until: datetime
) -> float | None:
    """What a review took; None where none was timed."""
    [reviewed] = reviewed_in(Ledger.open(connection, use_case), [(since, until)])
    return reviewed.mean


def cost_of(
    costs: Costs | None,
    *,
    predictions: int | None,
    reviewed: Reviewed,
    asked: Asked | None = None,
    standing: Iterable[Standing] = (),
) -> Cost | None:
    """None where the policy names no prices at all."""
    if costs is None:
        return None
    ai = None if costs.ai is None or predictions is None else costs.ai * predictions
    review = reviewed.cost(costs)
    requests = asked or Asked()
    models, users = requests.second_models(costs), requests.users(costs)
    spent = sum(part or 0 for part in (ai, review, models, users))
    known = ai is not None and review is not None and predictions
    return Cost(
        currency=costs.currency,
        by_the_hour=costs.reviewer_hour is not None,
        ai=ai,
        review=review,
        second_models=models,
        users=users,
        per_decision=spent / predictions if known and predictions else None,
        error=error_cost(Prices(error=costs.error), standing) if costs.error else None,
    )


def standing_in(ledger: Ledger, windows: Sequence[Window]) -> list[list[Standing]]:
    """What stood by itself in each window, by label, and what blind checks found of it."""
    stood = stood_by_label(ledger, windows)
    return [
        [
            Standing(label, count, sample.stood[label], sample.wrong[label])
            for label, count in labels.items()
        ]
        for labels, sample in zip(stood, sampled_in(ledger, windows), strict=True)
    ]
