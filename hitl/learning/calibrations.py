"""What a model version's confidences are worth: fitted from its shadow sample, kept, never changed.

A newer fit takes the place of an older one for what comes then; each case names the one it was
routed by, so that its numbers can be repeated.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from hitl.learning.samples import Sample
from hitl.statistics.calibration import Recalibration, recalibration
from hitl.storage.database import Transaction
from hitl.storage.tables import calibrations

_MORE = 1.25
"""A fit is made anew once there are so many times as many labels."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """A curve, from how many labels it was fitted and when."""

    id: int
    curve: Recalibration
    labels: int
    fitted_at: datetime


def current_calibration(
    connection: Connection, *, use_case: str, model: str | None
) -> Fitted | None:
    """The latest one of the version; None before there are enough labels."""
    row = connection.execute(
        select(calibrations)
        .where(calibrations.c.use_case == use_case, calibrations.c.model == model)
        .order_by(calibrations.c.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return None
    curve = Recalibration(shift=row.intercept, scale=row.slope)
    return Fitted(row.id, curve, row.labels, row.fitted_at)


def is_worth_fitting(labels: int, *, before: Fitted | None) -> bool:
    """Whether there are enough more labels than before."""
    return before is None or labels >= before.labels * _MORE


def better_fit(sample: Sample, *, before: Fitted | None) -> Recalibration | None:
    """A new curve, where there are enough labels and enough more than before.

    One that falls, so that more confidence would be worth less, is no use and none.
    """
    if not is_worth_fitting(len(sample.confidences), before=before):
        return None
    found = recalibration(sample.confidences, sample.right)
    return found if isinstance(found, Recalibration) and found.scale > 0 else None


def keep_calibration(
    tx: Transaction, curve: Recalibration, *, use_case: str, model: str, labels: int
) -> None:
    """From now on it counts."""
    values: dict[str, Any] = {
        "use_case": use_case,
        "model": model,
        "slope": curve.scale,
        "intercept": curve.shift,
        "labels": labels,
        "fitted_at": tx.now,
    }
    tx.connection.execute(insert(calibrations), values)
