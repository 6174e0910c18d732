"""What people said of a case, and the outcomes it had: those that stand and those that do not."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, insert, select, update

from hitl.storage.database import Transaction
from hitl.storage.label_marks import mark_label
from hitl.storage.tables import cases, outcomes, reviews
from hitl.vocabulary import CaseState, Verdict

# Made once: making a statement costs as much as running it, and these run at every decision.
_STANDS = reviews.c.undone_at.is_(None)
_STANDING = (
    select(reviews.c.reviewer, reviews.c.verdict, reviews.c.label, reviews.c.note, reviews.c.at)
    .where(reviews.c.case_id == bindparam("of_case"), _STANDS, ~reviews.c.is_adjudication)
    .order_by(reviews.c.id)
)
_RECORD = insert(reviews)
_LATEST = select(func.max(outcomes.c.revision)).where(outcomes.c.case_id == bindparam("of_case"))
_UNDO = (
    update(reviews)
    .where(
        reviews.c.case_id == bindparam("of_case"),
        reviews.c.reviewer == bindparam("of_reviewer"),
        _STANDS,
    )
    .values(undone_at=bindparam("now"))
)
_RETIRE = (
    update(outcomes)
    .where(outcomes.c.case_id == bindparam("of_case"), outcomes.c.is_current)
    .values(is_current=False)
)
_CASE = update(cases).where(cases.c.id == bindparam("of_case"))
_DISPUTE = _CASE.where(cases.c.state == CaseState.OPEN).values(state=CaseState.DISPUTED)
_DECIDE_AGAIN = _CASE.values(decided_at=bindparam("now"))
_REOPEN = _CASE.where(cases.c.state == CaseState.DECIDED).values(
    state=bindparam("to"),
    decided_at=None,
    people_since=func.coalesce(
        cases.c.people_since, bindparam("now", type_=cases.c.people_since.type)
    ),
)


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
    rows = connection.execute(_STANDING, {"of_case": case_id})
    return tuple(
        CastVote(row.reviewer, Verdict(row.verdict), row.label, row.note, row.at) for row in rows
    )


def record_vote(tx: Transaction, case_id: int, values: Mapping[str, Any]) -> None:
    """Store a vote; a second one of the same person that stands is refused by the table."""
    tx.connection.execute(_RECORD, {"case_id": case_id, "at": tx.now, **values})


def dispute(tx: Transaction, case_id: int) -> None:
    """Move an open case to where only adjudicators decide it."""
    tx.connection.execute(_DISPUTE, {"of_case": case_id})


def next_revision(connection: Connection, case_id: int) -> int:
    """The number of the case's next outcome, from 1."""
    return (connection.execute(_LATEST, {"of_case": case_id}).scalar() or 0) + 1


def mark_undone(tx: Transaction, case_id: int, *, reviewer: str) -> bool:
    """Whether there was a vote of theirs to take back; they may vote again afterwards."""
    values = {"of_case": case_id, "of_reviewer": reviewer, "now": tx.now}
    return tx.connection.execute(_UNDO, values).rowcount == 1


def retire_outcome(tx: Transaction, case_id: int) -> None:
    """Keep the current outcome as one that does not stand any more."""
    tx.connection.execute(_RETIRE, {"of_case": case_id})
    mark_label(tx, case_id)


def decided_again(tx: Transaction, case_id: int) -> None:
    """Let a decided case's decision be that of now."""
    tx.connection.execute(_DECIDE_AGAIN, {"of_case": case_id, "now": tx.now})


def reopen(tx: Transaction, case_id: int, *, to: CaseState) -> None:
    """Move a decided case back to where it waits: open, or disputed as its votes still are."""
    tx.connection.execute(_REOPEN, {"of_case": case_id, "to": to, "now": tx.now})
