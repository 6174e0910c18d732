"""Checkpoints of the audit log: one hash over every chain, to be kept where nobody can edit it.

Each covers the one before and the tips of the chains that grew since, so that its cost follows
the week and not the whole log.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, func, insert, select

from hitl.audit import Break, Checkpoint, checkpoint_hash
from hitl.storage.database import Transaction
from hitl.storage.tables import audit_events, checkpoints

_SETTLED_AFTER = timedelta(minutes=1)
"""On PostgreSQL ids are given before commits: among younger events one may still be unseen."""


def record_checkpoint(tx: Transaction) -> Checkpoint:
    """Cover what is recorded by now, but for the last minute."""
    previous = latest_checkpoint(tx.connection)
    through = tx.connection.execute(
        select(audit_events.c.id)
        .where(audit_events.c.at <= tx.now - _SETTLED_AFTER)
        .order_by(audit_events.c.id.desc())
        .limit(1)
    ).scalar()
    since = 0 if previous is None else previous.through
    made = _covering(tx.connection, previous, at=tx.now, through=max(through or 0, since))
    values = {"at": made.at, "through": made.through, "cases": made.cases, "hash": made.hash}
    tx.connection.execute(insert(checkpoints), values)
    return made


def latest_checkpoint(connection: Connection) -> Checkpoint | None:
    """The newest; None before the first."""
    row = connection.execute(select(checkpoints).order_by(checkpoints.c.id.desc()).limit(1)).first()
    return None if row is None else _checkpoint(row)


def checkpoint_break(connection: Connection) -> Break | None:
    """The first checkpoint that the events of today do not lead to any more."""
    previous: Checkpoint | None = None
    for stored in _all(connection):
        if _covering(connection, previous, at=stored.at, through=stored.through) != stored:
            since = "the beginning" if previous is None else f"{previous.at:%Y-%m-%d %H:%M} UTC"
            return Break(
                None,
                None,
                f"what was recorded from {since} to {stored.at:%Y-%m-%d %H:%M} UTC is not what"
                f" checkpoint {stored.shown} covered: events or whole cases were removed,"
                " added or changed",
            )
        previous = stored
    return None


def missing_checkpoint(connection: Connection, beginning: str) -> Break | None:
    """None when there is a checkpoint whose hash begins so."""
    if any(stored.hash.startswith(beginning.lower()) for stored in _all(connection)):
        return None
    return Break(None, None, f"there is no checkpoint {beginning}: the log was rewritten or cut")


def _all(connection: Connection) -> Iterator[Checkpoint]:
    for row in connection.execute(select(checkpoints).order_by(checkpoints.c.id)):
        yield _checkpoint(row)


def _checkpoint(row: Row[Any]) -> Checkpoint:
    return Checkpoint(at=row.at, through=row.through, cases=row.cases, hash=row.hash)


def _covering(
    connection: Connection, previous: Checkpoint | None, *, at: datetime, through: int
) -> Checkpoint:
    """The checkpoint that the events after ``previous`` up to ``through`` make."""
    since = 0 if previous is None else previous.through
    covered = and_(audit_events.c.id > since, audit_events.c.id <= through)
    last = (
        select(audit_events.c.case_id, func.max(audit_events.c.position).label("position"))
        .where(covered)
        .group_by(audit_events.c.case_id)
        .subquery()
    )
    tips = connection.execute(
        select(audit_events.c.case_id, audit_events.c.position, audit_events.c.hash)
        .join(
            last,
            and_(
                audit_events.c.case_id == last.c.case_id,
                audit_events.c.position == last.c.position,
            ),
        )
        .order_by(audit_events.c.case_id)
    )
    begun = connection.execute(
        select(func.count()).select_from(audit_events).where(covered, audit_events.c.position == 1)
    ).scalar_one()
    return Checkpoint(
        at=at,
        through=through,
        cases=begun + (0 if previous is None else previous.cases),
        hash=checkpoint_hash(
            None if previous is None else previous.hash, (tuple(tip) for tip in tips)
        ),
    )
