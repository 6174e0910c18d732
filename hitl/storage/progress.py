"""How far waiting cases are through the steps of their deadline, and which have one due."""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, or_, select, update

from hitl.deadlines import End, Progress, Step, plan
from hitl.policy import UseCase
from hitl.storage.database import Transaction
from hitl.storage.tables import AWAITS_DEADLINE, cases

_SECOND = timedelta(seconds=1)


def cases_with_steps_due(connection: Connection, use_case: UseCase, *, now: datetime) -> list[int]:
    """The ids of those that wait for people and for whom something is due, oldest first."""
    steps = plan(use_case.deadline)
    if not steps:
        return []
    found = connection.execute(
        select(cases.c.id)
        .where(
            cases.c.use_case == use_case.name,
            AWAITS_DEADLINE,
            ~cases.c.is_overdue,  # said once more for the index, which has it in second place
            # Follows from what comes after; said for the index, which an "or" leaves unused.
            cases.c.submitted_at <= now - min(step.after for step in steps),
            or_(*(_is_due(step, now) for step in steps)),
        )
        .order_by(cases.c.submitted_at)
    )
    return list(found.scalars())


def progress_of(connection: Connection, case_id: int) -> Progress:
    """The steps a case has behind it."""
    row = connection.execute(
        select(cases.c.steps_taken_seconds, cases.c.is_overdue).where(cases.c.id == case_id)
    ).one()
    return Progress(row.steps_taken_seconds * _SECOND, is_overdue=row.is_overdue)


def record_progress(tx: Transaction, case_id: int, progress: Progress) -> None:
    """Keep that these steps are past."""
    tx.connection.execute(
        update(cases)
        .where(cases.c.id == case_id)
        .values(steps_taken_seconds=progress.taken_to // _SECOND, is_overdue=progress.is_overdue)
    )


def _is_due(step: Step, now: datetime) -> ColumnElement[bool]:
    is_time = cases.c.submitted_at <= now - step.after
    if isinstance(step, End):
        return is_time
    return is_time & (cases.c.steps_taken_seconds < step.after // _SECOND)
