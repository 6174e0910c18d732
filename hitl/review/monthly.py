"""The question of each month: invest in the model, or are we good? And its answer, kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import monthly_reviews


class Direction(StrEnum):
    """What the leads decided."""

    INVEST = "invest"
    """Into a better model: labels, retraining, another one."""
    GOOD = "good"
    """The arrangement stays as it is."""


@dataclass(frozen=True, slots=True)
class MonthlyQuestion:
    """One month's question, with what was known, and its answer once there is one."""

    id: int
    use_case: str
    month: str
    since: datetime
    until: datetime
    evidence: tuple[str, ...]
    decision: Direction | None
    decided_by: str | None
    decided_at: datetime | None


class MonthNotFound(HitlError):
    """There is no such question."""


class MonthDecided(HitlError):
    """Somebody was faster; ``question`` says who."""

    def __init__(self, question: MonthlyQuestion) -> None:
        super().__init__("Somebody has decided this month already.")
        self.question = question


def ask_of_month(
    tx: Transaction,
    *,
    use_case: UseCase,
    month: str,
    since: datetime,
    until: datetime,
) -> int | None:
    """Ask the use case's channel; None where that month was asked before."""
    row = {
        "use_case": use_case.name,
        "month": month,
        "since": since,
        "until": until,
        "asked_at": tx.now,
    }
    made: int | None = insert_new(tx.connection, monthly_reviews, row)
    if made is not None:
        outbox.put(
            tx,
            kind=outbox.Kind.MONTHLY,
            stream=f"monthly:{made}",
            lane=outbox.posts_lane(use_case.channel),
            use_case=use_case.name,
            payload={"channel": use_case.channel, "question": made},
        )
    return made


def keep_evidence(tx: Transaction, question_id: int, evidence: Sequence[str]) -> MonthlyQuestion:
    """The question with what was known when it was first asked."""
    tx.connection.execute(
        update(monthly_reviews)
        .where(monthly_reviews.c.id == question_id, monthly_reviews.c.evidence.is_(None))
        .values(evidence=list(evidence))
    )
    return month_asked(tx.connection, question_id)


def decide_month(
    tx: Transaction, question_id: int, decision: Direction, *, by: str
) -> MonthlyQuestion:
    """The question with its answer; the first one stands.

    Raises ``MonthDecided`` and ``MonthNotFound``.
    """
    answered = tx.connection.execute(
        update(monthly_reviews)
        .where(monthly_reviews.c.id == question_id, monthly_reviews.c.decision.is_(None))
        .values(decision=decision, decided_by=by, decided_at=tx.now)
    )
    question = month_asked(tx.connection, question_id)
    if answered.rowcount != 1:
        raise MonthDecided(question)
    return question


def month_asked(connection: Connection, question_id: int) -> MonthlyQuestion:
    """The question; raises ``MonthNotFound``."""
    row = connection.execute(
        select(monthly_reviews).where(monthly_reviews.c.id == question_id)
    ).first()
    if row is None:
        raise MonthNotFound("This month's question is not known here.")
    return _question(row)


def month_before(connection: Connection, question: MonthlyQuestion) -> MonthlyQuestion | None:
    """What was asked of the use case the time before."""
    row = connection.execute(
        select(monthly_reviews)
        .where(
            monthly_reviews.c.use_case == question.use_case,
            monthly_reviews.c.month < question.month,
        )
        .order_by(monthly_reviews.c.month.desc())
        .limit(1)
    ).first()
    return None if row is None else _question(row)


def _question(row: Row[Any]) -> MonthlyQuestion:
    return MonthlyQuestion(
        id=row.id,
        use_case=row.use_case,
        month=row.month,
        since=row.since,
        until=row.until,
        evidence=tuple(row.evidence or ()),
        decision=None if row.decision is None else Direction(row.decision),
        decided_by=row.decided_by,
        decided_at=row.decided_at,
    )
