"""What callers are told of a case: an outbox row for each target, with the case as it was then."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from hitl.cases import Case
from hitl.documents import case_document, moment
from hitl.storage import outbox
from hitl.storage.database import Transaction


class CaseEvent(StrEnum):
    """The ``type`` of a webhook."""

    DECIDED = "case.decided"
    REVISED = "case.revised"
    """Another outcome stands, or none any more: the case says which."""
    WITHDRAWN = "case.withdrawn"
    QUESTION = "case.question"
    """A reviewer asks the submitter something; the case comes with the question."""


def tell_callers(
    tx: Transaction,
    case: Case,
    event: CaseEvent,
    *,
    targets: Iterable[str | None],
    more: Mapping[str, Any] = MappingProxyType({}),
) -> None:
    """Send the case as it is now to each target once; a target hears of a case in order.

    ``more`` is told beside it. ``targets`` may hold None, for a case without a ``callback_url``.
    Of a case whose answer is known nobody hears: it is about those who review.
    """
    outbox.put_all(tx, webhooks(case, event, targets=targets, more=more, now=tx.now))


def webhooks(
    case: Case,
    event: CaseEvent,
    *,
    targets: Iterable[str | None],
    now: datetime,
    more: Mapping[str, Any] = MappingProxyType({}),
) -> list[outbox.Draft]:
    """What ``tell_callers`` sends."""
    if case.is_known:
        return []
    return [
        outbox.Draft(
            kind=outbox.Kind.WEBHOOK,
            stream=f"webhook:{case.id}:{hashlib.sha256(target.encode()).hexdigest()[:16]}",
            lane=outbox.webhook_lane(target),
            case_id=case.id,
            use_case=case.use_case,
            payload={
                "target": target,
                "body": {
                    "type": event,
                    "timestamp": moment(now),
                    "data": case_document(case) | dict(more),
                },
            },
        )
        for target in dict.fromkeys(targets)
        if target is not None
    ]
