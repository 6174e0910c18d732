"""What a decision costs, and from which confidence on asking a person costs more than it saves.

What has no price is unpriced: it makes a sum unknown, never smaller.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hitl.statistics.answers import NotYet


@dataclass(frozen=True, slots=True)
class Prices:
    """In one currency; None is unpriced, not free."""

    currency: str = "USD"
    ai: float | None = None
    """Per prediction."""
    review: float | None = None
    """Per review by a person."""
    error: Mapping[str, float] = field(default_factory=dict)
    """By label: of letting it stand when it is wrong."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Predictions of one label that stood by themselves, and what random checks of them found."""

    label: str
    stood: int
    checks: int = 0
    errors: int = 0


@dataclass(frozen=True, slots=True)
class DecisionCost:
    """Averages over all predictions; ``error`` is expected, not spent, and stands apart."""

    currency: str
    predictions: int
    ai: float | None
    review: float | None
    error: float | NotYet | None
    """None where a label that stood has no price."""

    @property
    def spent(self) -> float | None:
        """AI and review together; None while either is unpriced."""
        return None if self.ai is None or self.review is None else self.ai + self.review

    @property
    def of_review(self) -> float | None:
        """The part of what is spent that goes to people, from 0 to 1."""
        return self.review / self.spent if self.spent and self.review is not None else None


def decision_cost(
    prices: Prices, *, predictions: int, reviews: int, standing: Iterable[Standing] = ()
) -> DecisionCost | NotYet:
    """(reviews · review price + predictions · AI price) / predictions, and expected errors beside.

    ``reviews`` are all of them: second ones, blind checks and known answers are paid, too.
    """
    if predictions < 1:
        return NotYet(0, 1, "predictions")
    error = error_cost(prices, standing)
    return DecisionCost(
        currency=prices.currency,
        predictions=predictions,
        ai=prices.ai,
        review=None if prices.review is None else prices.review * reviews / predictions,
        error=error / predictions if isinstance(error, float) else error,
    )


def error_cost(prices: Prices, standing: Iterable[Standing]) -> float | NotYet | None:
    """What wrong automatic decisions are expected to cost together, by the share of checks wrong.

    A label that was never checked takes the share of all labels. None where one has no price.
    """
    seen = [each for each in standing if each.stood]
    if any(each.label not in prices.error for each in seen):
        return None
    checks = sum(each.checks for each in seen)
    if seen and not checks:
        return NotYet(0, 1, "checks")
    overall = sum(each.errors for each in seen) / checks if checks else 0.0
    return float(
        sum(
            each.stood
            * (each.errors / each.checks if each.checks else overall)
            * prices.error[each.label]
            for each in seen
        )
    )


def break_even(*, review: float, error: float, reviewer_errs: float) -> float:
    """From which calibrated confidence on letting an answer stand is cheaper than a review.

    1 - (review + reviewer_errs · error) / error, held within 0 … 1. C. K. Chow, "On optimum
    recognition error and reject tradeoff", IEEE Trans. Information Theory 16 (1970), 41-46, for
    reviewers who err in a share ``reviewer_errs`` of cases. 0 (all may stand) for free errors.
    """
    if error <= 0:
        return 0.0
    return min(max(1 - (review + reviewer_errs * error) / error, 0.0), 1.0)
