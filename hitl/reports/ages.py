"""For how long what waits has been waiting."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, select

from hitl.storage.tables import cases
from hitl.storage.waiting import waits_in

AGES = (
    timedelta(minutes=10),
    timedelta(hours=1),
    timedelta(hours=4),
    timedelta(days=1),
    timedelta(days=7),
)
"""The upper ends of what waiting cases are sorted into; the last group has none."""


def queue_ages(connection: Connection, *, use_case: str, now: datetime) -> Sequence[int]:
    """How many waiting cases fall into each of ``AGES``, and how many are older than all."""
    younger = [
        func.count().filter(cases.c.submitted_at > now - age).label(f"younger_{place}")
        for place, age in enumerate(AGES)
    ]
    row = connection.execute(
        select(*younger, func.count().label("all")).select_from(cases).where(waits_in(use_case))
    ).one()
    return [row[0], *(row[place] - row[place - 1] for place in range(1, len(row)))]
