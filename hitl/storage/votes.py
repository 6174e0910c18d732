"""What people said of a case, and the outcomes it had: those that stand and those that do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, literal, select, update

from hitl.storage.database import Transaction
from hitl.storage.label_marks import mark_label
from hitl.storage.tables import cases, outcomes, reviews
from hitl.vocabulary import CaseState, Verdict

_STANDS = reviews.c.undone_at.is_(None)


@dataclass(frozen=True, slots=True)
class CastVote:
    """A vote with everything that came with it."""

    reviewer: str
    verdict: Verdict
    label: str
    note: str | None
    at: datetime


def standing_votes(connection: Connection, case_id: int) -> tuple[CastVote, ...]:
    """The votes on a case that were not taken back, the first one first; no adjudication."""
    rows = connection.execute(
        select(reviews)
        .where(reviews.c.case_id == case_id, _STANDS, ~reviews.c.is_adjudication)
        .order_by(reviews.c.id)
    )
    return tuple(
        CastVote(row.reviewer, Verdict(row.verdict), row.label, row.note, row.at) for row in rows
    )


def record_vote(tx: Transaction, case_id: int, values: Mapping[str, Any]) -> None:
    """Store a vote; a second one of the same person that stands is refused by the table."""
    tx.connection.execute(insert(reviews), {"case_id": case_id, "at": tx.now, **values})


def dispute(tx: Transaction, case_id: int) -> None:
    """Move an open case to where only adjudicators decide it."""
    tx.connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.state == CaseState.OPEN)
        .values(state=CaseState.DISPUTED)
    )


def next_revision(connection: Connection, case_id: int) -> int:
    """The number of the case's next outcome, from 1."""
    latest = select(func.max(outcomes.c.revision)).where(outcomes.c.case_id == case_id)
    return (connection.execute(latest).scalar() or 0) + 1


def mark_undone(tx: Transaction, case_id: int, *, reviewer: str) -> bool:
    """Whether there was a vote of theirs to take back; they may vote again afterwards."""
    undone = tx.connection.execute(
        update(reviews)
        .where(reviews.c.case_id == case_id, reviews.c.reviewer == reviewer, _STANDS)
        .values(undone_at=tx.now)
    )
    return undone.rowcount == 1


def retire_outcome(tx: Transaction, case_id: int) -> None:
    """Keep the current outcome as one that does not stand any more."""
    tx.connection.execute(
        update(outcomes)
        .where(outcomes.c.case_id == case_id, outcomes.c.is_current)
        .values(is_current=False)
    )
    mark_label(tx, case_id)


def decided_again(tx: Transaction, case_id: int) -> None:
    """Let a decided case's decision be that of now."""
    tx.connection.execute(update(cases).where(cases.c.id == case_id).values(decided_at=tx.now))


def reopen(tx: Transaction, case_id: int, *, to: CaseState) -> None:
    """Move a decided case back to where it waits: open, or disputed as its votes still are."""
    asked_at = cases.c.people_since
    now = literal(tx.now, asked_at.type)
    tx.connection.execute(
        update(cases)
        .where(cases.c.id == case_id, cases.c.state == CaseState.DECIDED)
        .values(state=to, decided_at=None, people_since=func.coalesce(asked_at, now))
    )
