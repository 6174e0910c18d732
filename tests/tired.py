"""A month of usual days and then a long one, as they are stored."""

from datetime import datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, insert, select

from hitl.policy import UseCase
from hitl.storage.database import Transaction
from hitl.storage.tables import cases, reviews
from hitl.vocabulary import CaseState, RouteTo

USUAL_DAY = 40
LONG_DAY = 110


def store_days(
    tx: Transaction, person: str, *, use_case: UseCase, today: int = LONG_DAY, days: int = 28
) -> None:
    """Every second day the usual number of decisions, and ``today`` up to this moment."""
    moments = [
        tx.now - timedelta(days=back, seconds=20 * number)
        for back in range(days, 0, -2)
        for number in range(USUAL_DAY)
    ]
    moments += [tx.now - timedelta(seconds=20 * number + 1) for number in range(today)]
    _store(tx, person, moments, use_case=use_case)


def _store(tx: Transaction, person: str, moments: list[datetime], *, use_case: UseCase) -> None:
    first = tx.connection.execute(select(func.coalesce(func.max(cases.c.id), 0))).scalar_one() + 1
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "use_case": use_case.name,
            "key": f"decided {number}",
            "fingerprint": "",
            "state": CaseState.DECIDED,
            "route_to": RouteTo.REVIEW,
            "route_reason": "",
            "routed_by": "policy",
            "label": "clean",
            "scores": {},
            "margin": 0.1,
            "policy_version": use_case.version,
            "draw": 0.5,
            "audit_rate": 0.02,
            "submitted_at": at,
            "decided_at": at,
            "steps_taken_seconds": 0,
            "events": 2,
        }
        for number, at in zip(count(first), moments, strict=False)
    ]
    votes = [
        {
            "case_id": row["id"],
            "reviewer": person,
            "verdict": "approve",
            "label": "clean",
            "seconds": 7.0 + row["id"] % 3,
            "at": row["submitted_at"],
            "is_adjudication": False,
        }
        for row in rows
    ]
    tx.connection.execute(insert(cases), rows)
    tx.connection.execute(insert(reviews), votes)
