"""Taking from the outbox: what is due, lane by lane, by any number of takers at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, bindparam, exists, func, literal_column, select, update

from hitl.storage.database import Transaction
from hitl.storage.outbox import WAITING, Kind, Parcel
from hitl.storage.pacing import (
    HAS_PACE,
    UNPACED,
    Pace,
    Rate,
    Rates,
    allowance,
    opens_at,
    paces_in_force,
    use,
)
from hitl.storage.statements import lacks, lock_free_name
from hitl.storage.tables import outbox

# Made once: making a statement costs as much as running it, and these run for every message.
_WAITS = outbox.c.state == WAITING
_IN_LANE = outbox.c.lane == bindparam("of_lane")
_IS_DUE = outbox.c.due_at <= bindparam("now")
_earlier = outbox.alias("earlier")
_IS_FIRST_OF_STREAM = lacks(
    select(_earlier).where(
        _earlier.c.stream == outbox.c.stream,
        _earlier.c.state == WAITING,
        _earlier.c.id < outbox.c.id,
    )
)
# One lane after the other by a look into their index: to group what waits would be to read it all.
_lanes = select(func.min(outbox.c.lane).label("lane")).where(_WAITS).cte("lanes", recursive=True)
_following = select(func.min(outbox.c.lane)).where(_WAITS, outbox.c.lane > _lanes.c.lane)
_lanes = _lanes.union_all(select(_following.scalar_subquery()).where(_lanes.c.lane.is_not(None)))
_in_this_lane = (outbox.c.lane == _lanes.c.lane) & _WAITS
_first = select(func.min(outbox.c.id)).where(_in_this_lane).scalar_subquery()
# In the order of an index, whose first is the answer, so that a long queue costs no more than a
# short one.
_due_at = (
    select(outbox.c.due_at)
    .where(_in_this_lane, _IS_FIRST_OF_STREAM)
    .order_by(outbox.c.due_at)
    .limit(1)
    .scalar_subquery()
)
_LANES = (
    select(_lanes.c.lane, _due_at.label("due_at"), HAS_PACE.label("has_pace"))
    .where(_lanes.c.lane.startswith(bindparam("lanes")))
    .order_by(_first)
)
_OUT = select(func.count().label("number"), func.min(outbox.c.due_at).label("until")).where(
    _IN_LANE, _WAITS, outbox.c.leased_by.is_not(None), ~_IS_DUE
)
_DUE = (
    select(
        outbox.c.id,
        outbox.c.kind,
        outbox.c.stream,
        outbox.c.case_id,
        outbox.c.use_case,
        outbox.c.payload,
        outbox.c.attempts,
        outbox.c.created_at,
        outbox.c.leased_by,
        outbox.c.due_at,
    )
    # When it is due as an expression, or all that is due may be put in order for the first few.
    .where(
        _IN_LANE,
        _WAITS,
        outbox.c.due_at + literal_column("0") <= bindparam("now"),
        _IS_FIRST_OF_STREAM,
    )
    .order_by(outbox.c.id)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
_TAKE = (
    update(outbox)
    .where(outbox.c.id == bindparam("of_id"))
    .values(
        leased_by=bindparam("leased_by"),
        due_at=bindparam("until"),
        attempts=outbox.c.attempts + 1,
    )
)
_FOLLOWS = select(outbox.c.id).where(_WAITS, _IS_DUE).limit(1)
_HAS_FOLLOWER = select(
    exists(_FOLLOWS.where(outbox.c.stream == bindparam("of_stream")))
    | exists(_FOLLOWS.where(_IN_LANE))
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What one taker got, and when there may be more for it."""

    parcels: list[Parcel]
    more_at: datetime | None
    """Should nobody settle anything before; None where nothing else is to be waited for."""


@dataclass(frozen=True, slots=True)
class _Lane:
    """A lane in which something waits."""

    name: str
    due_at: datetime
    """Of the first row that may go next: now or earlier where one is due."""


def take(
    tx: Transaction,
    *,
    lease: str,
    lease_for: timedelta,
    rates: Rates,
    most: int,
    receiver: str | None = None,
) -> Taken:
    """Take due rows, the oldest of each lane first, as many as the lanes' rates allow.

    A row that is not settled within ``lease_for`` can be taken again by anyone. ``lease`` must
    be unique to this call. ``receiver`` leaves the lanes of all others alone.
    """
    take_from = partial(_take_from, tx, lease=lease, lease_for=lease_for)
    parcels: list[Parcel] = []
    moments: list[datetime | None] = []
    lanes, known = _waiting(tx.connection, now=tx.now, receiver=receiver)
    for lane in lanes:
        rate, wanted = rates(lane.name), most - len(parcels)
        moment: datetime | None = max(
            lane.due_at, opens_at(lane.name, known, now=tx.now, rate=rate)
        )
        if wanted > 0 and moment is not None and moment <= tx.now:
            taken, moment = (
                (take_from(lane.name, most=wanted), None)
                if rate is None
                else _take_paced(tx, lane.name, rate=rate, most=wanted, take_from=take_from)
            )
            parcels += taken
        moments.append(moment)
    return Taken(parcels, min(filter(None, moments), default=None))


def has_follower(
    connection: Connection, parcel: Parcel, *, now: datetime, opens_lane: bool
) -> bool:
    """Whether something is due that the parcel may have kept waiting.

    In its stream, or also in its lane where that lets only so many out at once.
    """
    lane = parcel.lane if opens_lane else None
    wanted = {"of_stream": parcel.stream, "of_lane": lane, "now": now}
    return bool(connection.execute(_HAS_FOLLOWER, wanted).scalar_one())


def _waiting(
    connection: Connection, *, now: datetime, receiver: str | None
) -> tuple[list[_Lane], dict[str, Pace]]:
    """Lanes in which something is the first of its stream, in order, and the paces in force."""
    wanted = {"lanes": "" if receiver is None else f"{receiver}/", "now": now}
    rows = connection.execute(_LANES, wanted).all()
    known = paces_in_force(connection, now=now) if rows and rows[0].has_pace else {}
    return [_Lane(row.lane, row.due_at) for row in rows if row.due_at is not None], known


def _take_paced(
    tx: Transaction, lane: str, *, rate: Rate, most: int, take_from: Callable[..., list[Parcel]]
) -> tuple[list[Parcel], datetime | None]:
    """What the rate allows, and when it may allow more.

    A lane that another taker has locked is left to them: waiting for one lane while holding
    others would be a deadlock with whoever does it the other way round.
    """
    if not lock_free_name(tx.connection, lane):
        return [], tx.now
    # Before the lane's pace is read: whoever gave the last one back may hold the lane.
    out = tx.connection.execute(_OUT, {"of_lane": lane, "now": tx.now}).one()
    room = rate.room(out.number)
    known = paces_in_force(tx.connection, now=tx.now)
    opening = opens_at(lane, known, now=tx.now, rate=rate)
    if room == 0 or opening > tx.now:
        return [], max(opening, out.until or opening)
    pace = known.get(lane, UNPACED)
    allowed = min(most, room, allowance(pace, rate=rate, now=tx.now))
    parcels = take_from(lane, most=allowed)
    if not parcels:
        return [], None
    pace = use(tx, lane, pace, rate=rate, count=len(parcels))
    return parcels, opens_at(lane, {lane: pace}, now=tx.now, rate=rate)


def _take_from(
    tx: Transaction, lane: str, *, lease: str, lease_for: timedelta, most: int
) -> list[Parcel]:
    due = tx.connection.execute(_DUE, {"of_lane": lane, "now": tx.now, "most": most}).all()
    if due:
        until = tx.now + lease_for
        tx.connection.execute(
            _TAKE, [{"of_id": row.id, "leased_by": lease, "until": until} for row in due]
        )
    return [
        Parcel(
            id=row.id,
            kind=Kind(row.kind),
            stream=row.stream,
            lane=lane,
            case_id=row.case_id,
            use_case=row.use_case,
            payload=row.payload,
            attempts=row.attempts + 1,
            created_at=row.created_at,
            lease=lease,
            # Whoever settles a row takes its lease off, so a lease still there was never settled.
            in_doubt_since=None if row.leased_by is None else row.due_at,
        )
        for row in due
    ]
