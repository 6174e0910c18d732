"""How far the hours are counted, and which of them changed since."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, func, select, text, update

from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import audit_events, rollup_progress, tallies

_ONLY = 1
_SNAPSHOT_END = text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint")
_SNAPSHOT_BEGIN = text("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")


@dataclass(frozen=True, slots=True)
class Progress:
    """Hours before ``until`` are counted, with all changes up to these events and tallies."""

    turn: int
    until: datetime
    event: int
    tally: int


@dataclass(frozen=True, slots=True)
class Horizon:
    """Events and tallies up to here are all visible once ``snapshot_end`` is history.

    Ids are given before commits: below the highest one seen, another may still be on its way.
    Its transaction was running when ``snapshot_end`` was read, or ended before that.
    """

    event: int
    tally: int
    snapshot_end: int | None
    """The first transaction that had not begun; None on SQLite, where one writes at a time."""


def progress(connection: Connection) -> Progress | None:
    """How far it is; None before the first turn."""
    row = connection.execute(select(rollup_progress)).first()
    if row is None:
        return None
    return Progress(turn=row.turn, until=row.until, event=row.event, tally=row.tally)


def horizon(connection: Connection) -> Horizon:
    """The highest ids of now."""
    event = connection.execute(select(func.max(audit_events.c.id))).scalar()
    tally = connection.execute(select(func.max(tallies.c.id))).scalar()
    is_shared = connection.dialect.name == "postgresql"
    end = connection.execute(_SNAPSHOT_END).scalar_one() if is_shared else None
    return Horizon(event or 0, tally or 0, end)


def is_visible(connection: Connection, known: Horizon) -> bool:
    """Whether everything up to the horizon is visible to this snapshot or was undone."""
    if known.snapshot_end is None:
        return True
    begin: int = connection.execute(_SNAPSHOT_BEGIN).scalar_one()
    return begin >= known.snapshot_end


def advance(tx: Transaction, before: Progress | None, after: Progress) -> bool:
    """Whether nobody was faster; then ``after`` is how far it is."""
    values = asdict(after)
    if before is None:
        return insert_new(tx.connection, rollup_progress, {"id": _ONLY, **values}) is not None
    moved = tx.connection.execute(
        update(rollup_progress).where(rollup_progress.c.turn == before.turn).values(values)
    )
    return moved.rowcount == 1


def names_in(connection: Connection, name: ColumnElement[str]) -> Iterator[str]:
    """The different values of an indexed column in order, one look into the index for each."""
    smallest = select(func.min(name))
    found = connection.execute(smallest).scalar()
    while found is not None:
        yield found
        found = connection.execute(smallest.where(name > found)).scalar()
