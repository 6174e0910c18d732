"""Taking from the outbox: what is due, lane by lane, by any number of takers at once."""

from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, func, select, update

from hitl.storage.database import Transaction
from hitl.storage.outbox import Kind, Parcel, Sending
from hitl.storage.pacing import Rates, allowance, openings, use
from hitl.storage.statements import lock_free_name
from hitl.storage.tables import outbox

# Made once: making a statement costs as much as running it, and these run for every message.
_WAITS = outbox.c.state == Sending.WAITING
_IN_LANE = outbox.c.lane == bindparam("of_lane")
_OF_RECEIVER = outbox.c.lane.startswith(bindparam("lanes"))
_IS_TAKEN = _WAITS & outbox.c.leased_by.is_not(None) & (outbox.c.due_at > bindparam("now"))
_earlier = outbox.alias("earlier")
_IS_FIRST_OF_STREAM = ~exists().where(
    _earlier.c.stream == outbox.c.stream,
    _earlier.c.state == Sending.WAITING,
    _earlier.c.id < outbox.c.id,
)
_LANES_WITH_WORK = (
    select(outbox.c.lane)
    .where(_WAITS, _OF_RECEIVER)
    .group_by(outbox.c.lane)
    .order_by(func.min(outbox.c.id))
)
_FIRST_DUE = (
    select(outbox.c.lane, func.min(outbox.c.due_at).label("due_at"))
    .where(_WAITS, _OF_RECEIVER, _IS_FIRST_OF_STREAM)
    .group_by(outbox.c.lane)
)
_OUT = select(func.count()).where(_IN_LANE, _IS_TAKEN)
_BUSY_UNTIL = (
    select(outbox.c.lane, func.count().label("out"), func.min(outbox.c.due_at).label("until"))
    .where(_IS_TAKEN)
    .group_by(outbox.c.lane)
)
_DUE = (
    select(outbox.c.id, outbox.c.leased_by, outbox.c.due_at)
    .where(_IN_LANE, _WAITS, outbox.c.due_at <= bindparam("now"), _IS_FIRST_OF_STREAM)
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        leased_by=bindparam("leased_by"),
        due_at=bindparam("due_at"),
        attempts=outbox.c.attempts + 1,
    )
    .returning(outbox)
)


def take(
    tx: Transaction,
    *,
    lease: str,
    lease_for: timedelta,
    rates: Rates,
    most: int,
    receiver: str | None = None,
) -> list[Parcel]:
    """Take due rows, the oldest of each lane first, as many as the lanes' rates allow.

    A row that is not settled within ``lease_for`` can be taken again by anyone. ``lease`` must
    be unique to this call. ``receiver`` leaves the lanes of all others alone. A lane with a rate
    that another taker has locked is left to them: waiting for one lane while holding others would
    be a deadlock with whoever does it the other way round.
    """
    parcels: list[Parcel] = []
    for lane in _lanes_with_work(tx, receiver):
        wanted = most - len(parcels)
        if wanted <= 0:
            break
        rate = rates(lane)
        if rate is not None:
            if not lock_free_name(tx.connection, lane):
                continue
            # Before the lane's pace is read: whoever gave the last one back may hold the lane.
            wanted = min(wanted, rate.room(_out(tx, lane)))
        allowed = allowance(tx, lane, rate=rate, most=wanted)
        if allowed == 0:
            continue
        taken = _take_from(tx, lane, lease=lease, lease_for=lease_for, most=allowed)
        if rate is not None and taken:
            use(tx, lane, rate=rate, count=len(taken))
        parcels += taken
    return parcels


def next_due(
    connection: Connection, *, now: datetime, rates: Rates, receiver: str | None = None
) -> datetime | None:
    """When the next row may be taken, a moment in the past for at once; None if none waits."""
    rows = connection.execute(_FIRST_DUE, _lanes_of(receiver)).all()
    if not rows:
        return None
    open_at = openings(connection, [row.lane for row in rows], now=now, rates=rates)
    busy_until = _busy_until(connection, now=now, rates=rates)
    moments: list[datetime] = [
        max(row.due_at, open_at[row.lane], busy_until.get(row.lane, now)) for row in rows
    ]
    return min(moments)


def _lanes_of(receiver: str | None) -> dict[str, str]:
    """How the names of the receiver's lanes begin."""
    return {"lanes": "" if receiver is None else f"{receiver}/"}


def _lanes_with_work(tx: Transaction, receiver: str | None) -> list[str]:
    return list(tx.connection.execute(_LANES_WITH_WORK, _lanes_of(receiver)).scalars())


def _out(tx: Transaction, lane: str) -> int:
    return tx.connection.execute(_OUT, {"of_lane": lane, "now": tx.now}).scalar_one()


def _busy_until(connection: Connection, *, now: datetime, rates: Rates) -> dict[str, datetime]:
    """From when lanes without room may have some again, should nobody settle before."""
    rows = connection.execute(_BUSY_UNTIL, {"now": now})
    return {
        row.lane: row.until
        for row in rows
        if (rate := rates(row.lane)) is not None and rate.room(row.out) == 0
    }


def _take_from(
    tx: Transaction, lane: str, *, lease: str, lease_for: timedelta, most: int
) -> list[Parcel]:
    due = tx.connection.execute(_DUE, {"of_lane": lane, "now": tx.now, "most": most})
    # Whoever settles a row takes its lease off, so a lease still there was never settled.
    doubts = {row.id: None if row.leased_by is None else row.due_at for row in due}
    if not doubts:
        return []
    taken = {"ids": list(doubts), "leased_by": lease, "due_at": tx.now + lease_for}
    rows = tx.connection.execute(_TAKE, taken)
    parcels = [
        Parcel(
            id=row.id,
            kind=Kind(row.kind),
            lane=row.lane,
            case_id=row.case_id,
            use_case=row.use_case,
            payload=row.payload,
            attempts=row.attempts,
            created_at=row.created_at,
            lease=lease,
            in_doubt_since=doubts[row.id],
        )
        for row in rows
    ]
    return sorted(parcels, key=lambda parcel: parcel.id)
