"""A shadow sample as it is stored, made in one go."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import insert

from hitl.policy import UseCase
from hitl.storage.database import Transaction
from hitl.storage.tables import cases, checks
from hitl.vocabulary import CaseState, CheckKind, CheckState, RouteTo


def store_sample(tx: Transaction, count: int, *, use_case: UseCase, at: datetime) -> None:
    """So many right predictions of "clean" from 80 % to all but certain, each checked blind."""
    rows: list[dict[str, Any]] = [
        {
            "id": number,
            "use_case": use_case.name,
            "key": f"sample {number}",
            "fingerprint": "",
            "state": CaseState.DECIDED,
            "route_to": RouteTo.AUTO,
            "route_reason": "",
            "routed_by": "policy",
            "label": "clean",
            "confidence": 0.8 + 0.19 * number / count,
            "scores": {},
            "margin": 0.6,
            "model": "toxicity@3",
            "policy_version": use_case.version,
            "draw": 0.01,
            "audit_rate": 0.02,
            "submitted_at": at + timedelta(seconds=number),
            "decided_at": at + timedelta(seconds=number),
            "steps_taken_seconds": 0,
            "events": 2,
        }
        for number in range(1, count + 1)
    ]
    tx.connection.execute(insert(cases), rows)
    answers: list[dict[str, Any]] = [
        {
            "case_id": row["id"],
            "use_case": use_case.name,
            "kind": CheckKind.AUDIT,
            "state": CheckState.SETTLED,
            "is_apart": True,
            "reviewer": "U0ANA",
            "label": "clean",
            "opened_at": row["submitted_at"],
            "answered_at": row["submitted_at"],
            "final_label": "clean",
            "settled_at": row["submitted_at"],
        }
        for row in rows
    ]
    tx.connection.execute(insert(checks), answers)
