"""Two versions of a model beside each other, each on a uniform sample of its own traffic."""

from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Connection

from hitl.learning.calibrations import Recalibrated, current_calibration, recalibrated
from hitl.learning.samples import Load, Sample, load_of, sample_of
from hitl.policy.parts import Costs
from hitl.policy.use_case import UseCase
from hitl.reports.costs import reviewed_in
from hitl.reports.ledger import EVER, Ledger
from hitl.reports.prices import review_price
from hitl.statistics.answers import NotYet, Share, share_of
from hitl.statistics.calibration import Calibration, calibration
from hitl.statistics.equal_quality import EqualQuality, equal_quality
from hitl.statistics.minimums import ESCALATION
from hitl.statistics.precision import Precision, precision

_LEAST_ERROR = 0.01
"""Under one error in a hundred, a hundred checks can't tell models apart."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two."""

    version: str
    escalation: Share | NotYet
    """As the policy's thresholds made it."""
    same_quality: EqualQuality | NotYet
    precision: Precision | NotYet
    calibration: Calibration | NotYet
    recalibrated: Recalibrated | None
    """What the latest curve makes of its confidences; None before there is one."""
    cost: float | None
    """Spent for a decision; None where a price is missing."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a new version changed; ``max_error`` is the quality at which both are measured."""

    max_error: float
    currency: str | None
    before: Side
    after: Side


def compare(connection: Connection, *, use_case: UseCase, before: str, after: str) -> Comparison:
    """At the quality that the earlier one had, or one error in a hundred where that was better."""
    samples = {
        version: sample_of(connection, use_case=use_case.name, model=version)
        for version in (before, after)
    }
    wrong, stood = samples[before].automatic
    max_error = max(_LEAST_ERROR, wrong / stood if stood else 0.0)
    one, other = (
        _side(connection, use_case, version, samples[version], max_error=max_error)
        for version in (before, after)
    )
    currency = None if use_case.costs is None else use_case.costs.currency
    return Comparison(max_error, currency, one, other)


def _side(
    connection: Connection, use_case: UseCase, version: str, sample: Sample, *, max_error: float
) -> Side:
    ledger = Ledger.open(connection, use_case.name, model=version)
    fitted = current_calibration(connection, use_case=use_case.name, model=version)
    load, [reviewed] = load_of(ledger), reviewed_in(ledger, [EVER])
    wrong, stood = sample.automatic
    return Side(
        version=version,
        escalation=share_of(load.escalated, load.predictions, needed=ESCALATION, of="predictions"),
        same_quality=equal_quality(sample.confidences, sample.right, max_error=max_error),
        precision=precision(wrong, stood, max_error=0.05),
        calibration=calibration(sample.confidences, sample.right),
        recalibrated=None if fitted is None else recalibrated(fitted, sample),
        cost=_cost(use_case.costs, load, seconds=reviewed.mean),
    )


def _cost(costs: Costs | None, load: Load, *, seconds: float | None) -> float | None:
    """``seconds`` is what a review took."""
    if costs is None or costs.ai is None or not load.predictions:
        return None
    each = review_price(costs, seconds=seconds)
    return None if each is None else costs.ai + each * load.escalated / load.predictions


def comparison_document(found: Comparison) -> dict[str, Any]:
    """As plain data, for a message and for readers; what is not known yet says what is missing."""
    return {
        "max_error": found.max_error,
        "currency": found.currency,
        "before": _side_document(found.before),
        "after": _side_document(found.after),
    }


def _side_document(side: Side) -> dict[str, Any]:
    quality, sure = side.same_quality, side.calibration
    return {
        "version": side.version,
        "escalation": _interval(side.escalation),
        "same_quality": (
            {"not_yet": str(quality)}
            if isinstance(quality, NotYet)
            else asdict(quality.escalation) | {"threshold": quality.threshold}
        ),
        "precision": (
            {"not_yet": str(side.precision)}
            if isinstance(side.precision, NotYet)
            else {"words": str(side.precision), "at_least": side.precision.at_least}
        ),
        "calibration": (
            {"not_yet": str(sure)}
            if isinstance(sure, NotYet)
            else {"ece": sure.ece, "brier": sure.brier, "checks": sure.checks}
        ),
        "recalibrated": side.recalibrated and _recalibrated_document(side.recalibrated),
        "cost": side.cost,
    }


def _recalibrated_document(found: Recalibrated) -> dict[str, Any]:
    return {
        "checks": found.after.checks,
        "ece": [found.before.ece, found.after.ece],
        "bins": [
            {"said": [old.confidence, new.confidence], "of": new.right.total}
            | asdict(new.right.interval)
            for old, new in found.bins
        ],
    }


def _interval(share: Share | NotYet) -> dict[str, Any]:
    return {"not_yet": str(share)} if isinstance(share, NotYet) else asdict(share.interval)
