"""How far waiting cases are through the steps of their deadline, and which have one due."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    false,
    literal_column,
    or_,
    select,
    update,
)

from hitl.deadlines import End, Progress, Step, plan, reminders
from hitl.policy import UseCase
from hitl.storage.database import Transaction
from hitl.storage.tables import AWAITS_DEADLINE, cases, checks
from hitl.vocabulary import CheckState

_SECOND = timedelta(seconds=1)


def cases_with_steps_due(connection: Connection, use_case: UseCase, *, now: datetime) -> list[int]:
    """The ids of those that wait for people and for which something is due, oldest first."""
    waiting = select(cases.c.id, cases.c.submitted_at).where(
        cases.c.use_case == use_case.name,
        AWAITS_DEADLINE,
    )
    steps = plan(use_case.deadline)
    turns = [
        *(waiting.where(*turn) for turn in _turns(steps, now)),
        _contradicting(use_case.name, steps, now),
    ]
    found = [row for turn in turns for row in connection.execute(turn)]
    return [row.id for row in sorted(found, key=lambda row: (row.submitted_at, row.id))]


def _contradicting(
    use_case: str, steps: Sequence[Step], now: datetime
) -> Select[tuple[int, datetime]]:
    """Those whose one blind answer waits for adjudicators, found by their checks: few of many."""
    due = (and_(*turn) for turn in _turns(reminders(steps), now))
    return (
        select(cases.c.id, cases.c.submitted_at)
        .join_from(checks, cases, cases.c.id == checks.c.case_id)
        .where(
            checks.c.use_case == use_case,
            checks.c.state == CheckState.DISPUTED,
            checks.c.answered_at.is_not(None),
            ~cases.c.is_overdue,
            or_(false(), *due),
        )
    )


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


def _turns(steps: Sequence[Step], now: datetime) -> Iterator[tuple[ColumnElement[bool], ...]]:
    """For whom each step is the next one, and is due: apart from each other, and each in a range of
    the index, so that nobody who waits for a later step is looked at.
    """
    taken, taken_to = cases.c.steps_taken_seconds, 0
    for step in sorted(steps, key=lambda step: step.after):
        came_by, after = now - step.after, step.after // _SECOND
        yield taken == taken_to, cases.c.submitted_at <= came_by
        # Those that took steps of a deadline that has been changed since. As an expression, or
        # SQLite would look them up by time, among all that are overdue.
        is_time = cases.c.submitted_at + literal_column("0") <= came_by
        if isinstance(step, End):
            yield taken > taken_to, is_time
            return
        yield taken > taken_to, taken < after, is_time
        taken_to = after
