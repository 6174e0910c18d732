"""What a model version's confidences are worth: fitted from its shadow sample, kept, never changed.

A newer fit takes the place of an older one for what comes then; each case names the one it was
routed by, so that its numbers can be repeated.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from hitl.learning.samples import MOST, Sample, sample_of
from hitl.statistics.answers import NotYet
from hitl.statistics.calibration import (
    Bin,
    Calibration,
    Recalibration,
    calibration,
    recalibration,
)
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


@dataclass(frozen=True, slots=True)
class Recalibrated:
    """How reliable confidence is as the model gives it and as the curve makes it, on one sample.

    A curve only ever rises, so both have the same checks in the same bins: what was found right
    is the same, and what was said of it differs.
    """

    fitted: Fitted
    before: Calibration
    after: Calibration

    @property
    def bins(self) -> Sequence[tuple[Bin, Bin]]:
        """Each bin before and after."""
        return list(zip(self.before.bins, self.after.bins, strict=True))


def recalibrated(fitted: Fitted, sample: Sample) -> Recalibrated | None:
    """Before beside after; None where the sample holds too few checks by now."""
    before = calibration(sample.confidences, sample.right)
    after = calibration([fitted.curve(each) for each in sample.confidences], sample.right)
    if isinstance(before, NotYet) or isinstance(after, NotYet):
        return None
    return Recalibrated(fitted, before, after)


def recalibrated_now(
    connection: Connection, *, use_case: str, model: str, most: int = MOST
) -> Recalibrated | None:
    """By the latest curve of the version, on its newest ``most`` checks; None without a curve."""
    fitted = current_calibration(connection, use_case=use_case, model=model)
    if fitted is None:
        return None
    return recalibrated(fitted, sample_of(connection, use_case=use_case, model=model, most=most))


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
