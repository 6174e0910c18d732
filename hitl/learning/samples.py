"""The shadow sample of one model version: what it said, how sure it was, and what was true."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection, select

from hitl.reports.facts import CHECKS
from hitl.reports.ledger import EVER, Ledger, Window
from hitl.reports.tallied import predicted_in
from hitl.storage.predictions import IN_THE_SAMPLE, STOOD
from hitl.storage.tables import cases, checks

_HOUR = timedelta(hours=1)
MOST = 20_000
"""Checks of one sample."""


@dataclass(frozen=True, slots=True)
class Sample:
    """In the order in which the checks were settled; ``confidences`` as the model gave them."""

    confidences: tuple[float, ...]
    right: tuple[bool, ...]
    stood: tuple[bool, ...]
    """Whether the prediction went by without people."""

    @property
    def automatic(self) -> tuple[int, int]:
        """(wrong, all) of what stood."""
        stood = [good for good, went in zip(self.right, self.stood, strict=True) if went]
        return len(stood) - sum(stood), len(stood)


def sample_of(connection: Connection, *, use_case: str, model: str, most: int = MOST) -> Sample:
    """The newest checks of the version that are settled, 20,000 unless fewer are enough."""
    since, until = _settled_in(connection, use_case, model)
    rows = connection.execute(
        select(
            cases.c.confidence,
            (cases.c.label == checks.c.final_label).label("right"),
            STOOD.label("stood"),
        )
        .join_from(checks, cases, cases.c.id == checks.c.case_id)
        .where(
            checks.c.use_case == use_case,
            checks.c.settled_at >= since,
            checks.c.settled_at < until,
            IN_THE_SAMPLE,
            cases.c.model == model,
            cases.c.confidence.is_not(None),
        )
        .order_by(checks.c.settled_at.desc())
        .limit(most)
    ).all()
    confidences, right, stood = zip(*rows, strict=True) if rows else ((), (), ())
    return Sample(confidences, tuple(map(bool, right)), tuple(map(bool, stood)))


def _settled_in(connection: Connection, use_case: str, model: str) -> Window:
    """When its checks were: an index would lead through all that others have had since."""
    ledger = Ledger.open(connection, use_case, model=model)
    hours = [row.hour for row in ledger.rows(CHECKS, [EVER], "hour")]
    return (min(hours), max(hours) + _HOUR) if hours else EVER


@dataclass(frozen=True, slots=True)
class Load:
    """What came of a version: predictions, and how many people had to look at."""

    predictions: int
    escalated: int


def load_of(ledger: Ledger) -> Load:
    """Of every prediction that the ledger knows."""
    [seen] = predicted_in(ledger, [EVER])
    return Load(seen.total, seen.total - seen.stood)
