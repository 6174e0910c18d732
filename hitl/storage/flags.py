"""Flagged outcomes: watched since when, asked about when, and what became of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Connection, bindparam, func, select, update

from hitl.cases import listed_as
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import case_contents, cases, flags

_WATCHED = flags.c.ended_at.is_(None)


class FlagEnd(StrEnum):
    """What became of a flag."""

    CLEARED = "cleared"
    """Somebody looked again and the decision stands, unflagged."""
    TURNED = "turned"
    """Another label stands instead."""
    UNDONE = "undone"
    """Whoever set it took that back; it counts as never set."""


@dataclass(frozen=True, slots=True)
class FlaggedCase:
    """A case that is watched."""

    case_id: int
    title: str
    set_at: datetime


# Made once: making a statement costs as much as running it.
_OF_CASE = update(flags).where(flags.c.case_id == bindparam("of_case"), _WATCHED)
_END = _OF_CASE.values(ended_at=bindparam("now"), end=bindparam("as"))
_ASK = _OF_CASE.where(flags.c.asked_at.is_(None)).values(asked_at=bindparam("now"))


def watch(tx: Transaction, case_id: int) -> None:
    """The case is watched from now on; one that is already stays as it is."""
    insert_new(tx.connection, flags, {"case_id": case_id, "set_at": tx.now})


def end_watch(tx: Transaction, case_id: int, *, end: FlagEnd) -> bool:
    """Whether the case was watched until now."""
    values = {"of_case": case_id, "now": tx.now, "as": end}
    return tx.connection.execute(_END, values).rowcount == 1


def mark_asked(tx: Transaction, case_id: int) -> bool:
    """Whether nobody was asked for a second look before; of many at once one is told so."""
    return tx.connection.execute(_ASK, {"of_case": case_id, "now": tx.now}).rowcount == 1


def cases_to_recheck(
    connection: Connection, use_case: str, *, after: timedelta, now: datetime
) -> list[int]:
    """The ids of those watched for so long that nobody was asked about yet, oldest first."""
    found = connection.execute(
        select(flags.c.case_id)
        .join_from(flags, cases, cases.c.id == flags.c.case_id)
        .where(
            _WATCHED,
            flags.c.asked_at.is_(None),
            flags.c.set_at <= now - after,
            cases.c.use_case == use_case,
        )
        .order_by(flags.c.set_at)
    )
    return list(found.scalars())


def flagged_cases(
    connection: Connection, use_case: str, *, most: int
) -> tuple[int, list[FlaggedCase]]:
    """How many are watched, and those that are for longest."""
    # As an expression, or SQLite would begin with all that the use case has.
    watched = _WATCHED & (cases.c.use_case.concat("") == use_case)
    joined = flags.join(cases, cases.c.id == flags.c.case_id)
    total = connection.execute(select(func.count()).select_from(joined).where(watched)).scalar_one()
    rows = connection.execute(
        select(
            flags.c.case_id, flags.c.set_at, case_contents.c.title, cases.c.key, cases.c.is_blind
        )
        .select_from(joined.outerjoin(case_contents, case_contents.c.case_id == cases.c.id))
        .where(watched)
        .order_by(flags.c.set_at, flags.c.case_id)
        .limit(most)
    )
    return total, [
        FlaggedCase(
            row.case_id,
            listed_as(row.case_id, title=row.title, key=row.key, is_blind=row.is_blind),
            row.set_at,
        )
        for row in rows
    ]
