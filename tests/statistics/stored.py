"""Predictions, blind checks and reviews put straight into tables, as months of use would."""

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import insert, select

from hitl.policy import Policy, UseCase
from hitl.storage.database import Transaction
from hitl.storage.policy_versions import record_versions
from hitl.storage.tables import cases, checks


@dataclass(frozen=True, slots=True)
class Predicted:
    """One stored prediction of two labels; ``right`` is what a settled blind check found."""

    label: str
    confidence: float
    right: bool | None = None

    @property
    def other(self) -> str:
        """The other label."""
        return "violation" if self.label == "clean" else "clean"


def random_predictions(count: int, *, seed: int = 1, checked: int = 5) -> list[Predicted]:
    """Every ``checked``-th was checked blind, and the surer the more often right."""
    chance = random.Random(seed)
    made = []
    for number in range(count):
        label = chance.choice(["clean", "violation"])
        sure = 0.5 + 0.5 * chance.betavariate(4, 1)
        right = chance.random() < 1 - 0.4 * (1 - sure) if number % checked == 0 else None
        made.append(Predicted(label, sure, right))
    return made


def store(
    tx: Transaction,
    predictions: Iterable[Predicted],
    *,
    use_case: UseCase,
    since: datetime,
    apart: timedelta = timedelta(minutes=5),
    **changed: Any,
) -> None:
    """One after the other from ``since`` on; ``changed`` columns are the same for each."""
    record_versions(tx, Policy(use_cases={use_case.name: use_case}))
    rows, answers = [], {}
    for number, each in enumerate(predictions):
        key, at = f"{uuid4()}", since + apart * number
        rows.append(_case(each, key=key, at=at, use_case=use_case) | changed)
        if each.right is not None:
            answers[key] = each, at
    if rows:
        tx.connection.execute(insert(cases), rows)
    ids = tx.connection.execute(select(cases.c.id, cases.c.key).where(cases.c.key.in_(answers)))
    checked = [_check(*answers[key], case_id=case_id, use_case=use_case) for case_id, key in ids]
    if checked:
        tx.connection.execute(insert(checks), checked)


def _case(each: Predicted, *, key: str, at: datetime, use_case: UseCase) -> dict[str, Any]:
    stands = each.confidence >= (use_case.labels[each.label].auto_at or 2)
    return {
        "use_case": use_case.name,
        "key": key,
        "fingerprint": "",
        "state": "decided",
        "route_to": "auto" if stands else "review",
        "route_reason": "",
        "routed_by": "policy",
        "label": each.label,
        "confidence": each.confidence,
        "scores": {each.label: each.confidence, each.other: 1 - each.confidence},
        "margin": 2 * each.confidence - 1,
        "model": "toxicity@3",
        "policy_version": use_case.version,
        "draw": 0.5,
        "audit_rate": use_case.audit_rate,
        "submitted_at": at,
        "decided_at": at,
        "events": 0,
        "is_blind": False,
        "reviews_needed": 1,
    }


def _check(each: Predicted, at: datetime, *, case_id: int, use_case: UseCase) -> dict[str, Any]:
    truth = each.label if each.right else each.other
    return {
        "case_id": case_id,
        "use_case": use_case.name,
        "kind": "audit",
        "state": "settled",
        "is_apart": True,
        "reviewer": "U1",
        "verdict": "approve",
        "label": truth,
        "opened_at": at,
        "answered_at": at,
        "final_label": truth,
        "settled_by": "U1",
        "settled_at": at,
    }
