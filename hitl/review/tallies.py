"""Counts of predictions that stood by themselves in a caller's own process."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from hitl.errors import HitlError
from hitl.policy.use_case import UseCase
from hitl.review.refusals import LabelUnknown
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_all, insert_new
from hitl.storage.tables import tallies


@dataclass(frozen=True, slots=True)
class Count:
    """How many predictions of a label stood with a confidence of ``low`` to ``high``."""

    label: str
    low: float
    high: float
    count: int
    model: str | None = None


class TallyKeyReused(HitlError):
    """The key already names other counts."""

    def __init__(self, use_case: str, key: str) -> None:
        super().__init__(
            f"{key!r} already names other counts of {use_case}; send a new key for new counts."
        )


def add_tallies(
    tx: Transaction,
    counts: Sequence[Count],
    *,
    use_case: UseCase,
    key: str,
    fingerprint: str,
    since: datetime,
    until: datetime,
) -> bool:
    """Whether these counts are new; the same ones sent again under their key count once.

    Raises ``TallyKeyReused``, and ``LabelUnknown`` for a label that the policy does not have.
    """
    for count in counts:
        if count.label not in use_case.labels:
            raise LabelUnknown(count.label, list(use_case.labels))
    rows = [
        {
            "use_case": use_case.name,
            "key": key,
            "fingerprint": fingerprint,
            "position": position,
            "model": count.model,
            "label": count.label,
            "band_low": count.low,
            "band_high": count.high,
            "count": count.count,
            "since": since,
            "until": until,
        }
        for position, count in enumerate(counts)
    ]
    if insert_new(tx.connection, tallies, rows[0]) is None:
        _refuse_other_content(tx, use_case.name, key=key, fingerprint=fingerprint)
        return False
    insert_all(tx.connection, tallies, rows[1:])
    return True


def _refuse_other_content(tx: Transaction, use_case: str, *, key: str, fingerprint: str) -> None:
    known = tx.connection.execute(
        select(tallies.c.fingerprint).where(
            tallies.c.use_case == use_case, tallies.c.key == key, tallies.c.position == 0
        )
    ).scalar_one()
    if known != fingerprint:
        raise TallyKeyReused(use_case, key)
