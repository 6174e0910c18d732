"""What other thresholds would have done with the predictions that came.

For one model, a higher threshold only ever sends more to people: less escalation at a higher
threshold takes a better model, which is an assumption here and carries that name.
"""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hitl.statistics.answers import NotYet, Share, share_of
from hitl.statistics.economics import Prices, Standing, error_cost
from hitl.statistics.intervals import highest_share

_SECONDS_AN_HOUR = 3_600


@dataclass(frozen=True, slots=True)
class Check:
    """A prediction of the shadow sample, whatever became of it, and whether its label was right."""

    label: str
    confidence: float
    right: bool


@dataclass(frozen=True, slots=True)
class Band:
    """Predictions counted elsewhere; each is taken to be as sure as the ``low`` end."""

    label: str
    low: float
    count: int


@dataclass(frozen=True, slots=True)
class Traffic:
    """What came in over ``days`` of one use case and one model version."""

    days: float
    confidences: Mapping[str, Sequence[float]]
    """By label, ascending: of what stands or not by its confidence."""
    to_people: int = 0
    """What no threshold lets stand: no confidence, a tie, a caller who asked for a person."""
    bands: tuple[Band, ...] = ()
    checks: tuple[Check, ...] = ()

    @property
    def predictions(self) -> int:
        """All of them."""
        return (
            self.to_people
            + sum(len(each) for each in self.confidences.values())
            + sum(band.count for band in self.bands)
        )


@dataclass(frozen=True, slots=True)
class Terms:
    """What is paid and done beside the thresholds."""

    prices: Prices = field(default_factory=Prices)
    audit_rate: float = 0.0
    """The share of everything that is checked blind; of what is escalated by its own review."""
    reviews_each: float = 1.0
    """What one escalated prediction takes on average: second votes and known answers included."""
    seconds: float | None = None
    """What one review takes; None where nobody knows."""
    better_by: float = 0.0
    """An assumption: a model without so large a part (0 … 1) of its doubts and of its errors."""


@dataclass(frozen=True, slots=True)
class DayCost:
    """Money a day; None is unpriced. ``error`` is expected, not spent."""

    currency: str
    ai: float | None
    review: float | None
    """Of what is escalated."""
    audit: float | None
    """Blind checks of what stood."""
    error: float | NotYet | None

    @property
    def spent(self) -> float | None:
        """AI, reviews and audits together; None while a part is unpriced."""
        if self.ai is None or self.review is None or self.audit is None:
            return None
        return self.ai + self.review + self.audit


@dataclass(frozen=True, slots=True)
class Replayed:
    """Under these thresholds; load and money are a day's."""

    thresholds: Mapping[str, float | None]
    predictions: int
    escalated: Share
    checks: int
    """Of the shadow sample, those that would stand."""
    errors: int
    automatic_error: Share | NotYet
    error_at_most: float | None
    """With 95 % confidence, exactly; for one pair of thresholds named beforehand."""
    reviews: float
    audits: float
    hours: float | None
    """Of reviewers, audits included."""
    cost: DayCost
    better_by: float
    """Not 0: all of this rests on an assumption about a better model."""


def replay(
    traffic: Traffic, thresholds: Mapping[str, float | None], terms: Terms | None = None
) -> Replayed | NotYet:
    """Decide every prediction anew; ``thresholds`` by label, None or absent for "never stands"."""
    terms = terms or Terms()
    if not traffic.predictions or traffic.days <= 0:
        return NotYet(0, 1, "predictions")
    standing = [_standing(traffic, label, thresholds, terms) for label in _labels(traffic)]
    stood = sum(each.stood for each in standing)
    checks, errors = sum(each.checks for each in standing), sum(each.errors for each in standing)
    escalated = traffic.predictions - stood
    reviews = escalated * terms.reviews_each / traffic.days
    audits = stood * terms.audit_rate / traffic.days
    has_bound = checks and not terms.better_by
    return Replayed(
        thresholds=dict(thresholds),
        predictions=traffic.predictions,
        escalated=Share.of(escalated, traffic.predictions),
        checks=checks,
        errors=errors,
        automatic_error=share_of(errors, checks, needed=1, of="checks"),
        error_at_most=highest_share(errors, checks) if has_bound else None,
        reviews=reviews,
        audits=audits,
        hours=None
        if terms.seconds is None
        else (reviews + audits) * terms.seconds / _SECONDS_AN_HOUR,
        cost=_cost(traffic, terms, standing, reviews=reviews, audits=audits),
        better_by=terms.better_by,
    )


def trade_off(
    traffic: Traffic, thresholds: Sequence[float], terms: Terms | None = None
) -> list[Replayed]:
    """One replay for each threshold, which holds for every label; none without traffic."""
    labels = _labels(traffic)
    replays = (replay(traffic, dict.fromkeys(labels, each), terms) for each in thresholds)
    return [each for each in replays if isinstance(each, Replayed)]


def _labels(traffic: Traffic) -> list[str]:
    return sorted({*traffic.confidences, *(band.label for band in traffic.bands)})


def _standing(
    traffic: Traffic, label: str, thresholds: Mapping[str, float | None], terms: Terms
) -> Standing:
    threshold = thresholds.get(label)
    if threshold is None:
        return Standing(label, 0)
    # A model that is better closes a part of the way to 1 for each confidence; so that what it
    # would be sure of is what the present one is at least this sure of.
    needed = threshold if not terms.better_by else _before(threshold, terms.better_by)
    confidences = traffic.confidences.get(label, ())
    stood = len(confidences) - bisect_left(confidences, needed)
    stood += sum(band.count for band in traffic.bands if band.label == label and band.low >= needed)
    checked = [each for each in traffic.checks if each.label == label and each.confidence >= needed]
    errors = sum(not each.right for each in checked)
    return Standing(label, stood, len(checked), round(errors * (1 - terms.better_by)))


def _before(threshold: float, better_by: float) -> float:
    return 0.0 if better_by >= 1 else max(0.0, 1 - (1 - threshold) / (1 - better_by))


def _cost(
    traffic: Traffic, terms: Terms, standing: Sequence[Standing], *, reviews: float, audits: float
) -> DayCost:
    prices = terms.prices
    error = error_cost(prices, standing)
    return DayCost(
        currency=prices.currency,
        ai=None if prices.ai is None else prices.ai * traffic.predictions / traffic.days,
        review=None if prices.review is None else prices.review * reviews,
        audit=None if prices.review is None else prices.review * audits,
        error=error / traffic.days if isinstance(error, float) else error,
    )
