"""What the policy says things cost, as statistics reckon with it."""

from hitl.policy import Costs, UseCase
from hitl.statistics.economics import Prices
from hitl.statistics.replay import Terms

_SECONDS_AN_HOUR = 3_600


def review_price(costs: Costs, *, seconds: float | None) -> float | None:
    """What one review costs that takes so long; None where nothing says so."""
    if costs.review is not None:
        return costs.review
    if costs.reviewer_hour is None or seconds is None:
        return None
    return costs.reviewer_hour * seconds / _SECONDS_AN_HOUR


def prices_of(use_case: UseCase, *, seconds: float | None) -> Prices:
    """Reviews paid by the hour cost what they take; unpriced while none was timed."""
    costs = use_case.costs
    if costs is None:
        return Prices()
    return Prices(
        currency=costs.currency,
        ai=costs.ai,
        review=review_price(costs, seconds=seconds),
        error=costs.error,
    )


def terms_of(use_case: UseCase, *, seconds: float | None, better_by: float = 0.0) -> Terms:
    """What a replay reckons with; ``seconds`` is what one review takes."""
    second = use_case.double_review if use_case.reviews_needed == 1 else 0.0
    return Terms(
        prices=prices_of(use_case, seconds=seconds),
        audit_rate=use_case.audit_rate,
        reviews_each=use_case.reviews_needed + second + use_case.known_answer_rate,
        seconds=seconds,
        better_by=better_by,
    )
