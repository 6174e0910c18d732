"""What could not be sent, and sending it again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, true, union_all, update

from hitl.errors import HitlError
from hitl.storage.bell import outbox_topic
from hitl.storage.database import Transaction
from hitl.storage.outbox import DEAD, RECEIVERS, WAITING, Sending
from hitl.storage.tables import outbox

_LARGEST_NUMBER = 2**63 - 1
"""No database can even be asked for a number above it."""


class NoSuchLetter(HitlError):
    """A number was named that no dead letter has; nothing was put back."""

    def __init__(self, numbers: Collection[int]) -> None:
        named = ", ".join(map(str, sorted(numbers)))
        super().__init__(
            f"there is no dead letter {named}, so nothing is sent again; hitl outbox lists them"
        )


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row that nobody tries to send any more, and why."""

    id: int
    kind: str
    lane: str
    case_id: int | None
    created_at: datetime
    attempts: int
    error: str


@dataclass(frozen=True, slots=True)
class Backlog:
    """What the outbox holds in one state."""

    state: Sending
    lane: str
    count: int
    oldest_at: datetime


def backlog(connection: Connection, *, use_cases: Collection[str] | None = None) -> list[Backlog]:
    """What waits and what is dead, by lane; of every use case unless some are named."""
    named = true() if use_cases is None else outbox.c.use_case.in_(sorted(use_cases))
    # One by one: each state has an index of its own, and nearly everything is in neither.
    each = (
        select(
            state.label("state"),
            outbox.c.lane,
            func.count().label("number"),
            func.min(outbox.c.created_at).label("oldest_at"),
        )
        .where(outbox.c.state == state, named)
        .group_by(outbox.c.lane)
        for state in (DEAD, WAITING)
    )
    rows = connection.execute(union_all(*each).order_by("state", "lane"))
    return [Backlog(Sending(row.state), row.lane, row.number, row.oldest_at) for row in rows]


def dead_letters(connection: Connection, *, most: int) -> list[DeadLetter]:
    """The newest dead letters."""
    rows = connection.execute(
        select(outbox).where(outbox.c.state == DEAD).order_by(outbox.c.id.desc()).limit(most)
    )
    return [
        DeadLetter(
            id=row.id,
            kind=row.kind,
            lane=row.lane,
            case_id=row.case_id,
            created_at=row.created_at,
            attempts=row.attempts,
            error=row.last_error or "",
        )
        for row in rows
    ]


def replay(tx: Transaction, ids: Collection[int] | None) -> int:
    """Put dead letters back, all of them for None; how many there were.

    Raises ``NoSuchLetter`` where one that is named is none.
    """
    wanted = outbox.c.state == DEAD
    if ids is not None:
        wanted &= outbox.c.id.in_([number for number in ids if 0 < number <= _LARGEST_NUMBER])
    done = tx.connection.execute(
        update(outbox)
        .where(wanted)
        .values(state=Sending.WAITING, attempts=0, due_at=tx.now, finished_at=None, leased_by=None)
        .returning(outbox.c.id)
    )
    found = set(done.scalars())
    if missing := set(ids or ()) - found:
        raise NoSuchLetter(missing)
    for receiver in RECEIVERS:
        tx.announce(outbox_topic(receiver))
    return len(found)
