"""The outbox: what must be sent, in order per stream, at its lane's pace, by whoever is free."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, insert, select, update

from hitl.storage.bell import OUTBOX
from hitl.storage.database import Transaction
from hitl.storage.moments import EPOCH
from hitl.storage.statements import insert_new
from hitl.storage.tables import outbox, paces


class Kind(StrEnum):
    """What delivery does with a row."""

    CARD_POST = "card.post"
    CARD_UPDATE = "card.update"
    THREAD_REPLY = "thread.reply"
    DIGEST = "digest"


class Sending(StrEnum):
    """How far a row is."""

    WAITING = "waiting"
    SENT = "sent"
    SKIPPED = "skipped"
    """Nothing was left to say when its turn came, such as posting a case already decided."""
    DEAD = "dead"


SLACK = "slack"
"""The receiver of every lane whose name begins with it: holding it holds them all."""
UPDATES_LANE = f"{SLACK}/update"


def posts_lane(channel: str) -> str:
    """The lane of everything that appears as a new message in a channel."""
    return f"{SLACK}/post:{channel}"


def case_stream(case_id: int) -> str:
    """The stream that keeps what is said about one case in order."""
    return f"case:{case_id}"


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row that was taken; ``lease`` proves that it is still ours when it is settled."""

    id: int
    kind: Kind
    lane: str
    case_id: int | None
    use_case: str
    payload: Mapping[str, Any]
    attempts: int
    """Counting this one."""
    created_at: datetime
    lease: str


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``burst`` at once, and one each ``interval`` in the long run."""

    interval: timedelta
    burst: int


def put(
    tx: Transaction,
    *,
    kind: Kind,
    stream: str,
    lane: str,
    use_case: str,
    case_id: int | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Add a row to be sent once this transaction is committed."""
    tx.connection.execute(
        insert(outbox),
        {
            "kind": kind,
            "stream": stream,
            "lane": lane,
            "use_case": use_case,
            "case_id": case_id,
            "payload": dict(payload or {}),
            "state": Sending.WAITING,
            "attempts": 0,
            "due_at": tx.now,
            "created_at": tx.now,
        },
    )
    tx.announce(OUTBOX)


def take(
    tx: Transaction, *, lease: str, lease_for: timedelta, rate: Rate | None, most: int
) -> list[Parcel]:
    """Take due rows, the oldest of each lane first, as many as the lanes' rates allow.

    A row that is not settled within ``lease_for`` can be taken again by anyone. ``lease`` must
    be unique to this call. ``rate`` None means that lanes have no rates.
    """
    parcels: list[Parcel] = []
    for lane in _lanes_with_work(tx):
        wanted = most - len(parcels)
        if wanted <= 0:
            break
        allowed = _allowance(tx, lane, rate=rate, most=wanted)
        if allowed > 0:
            taken = _take_from(tx, lane, lease=lease, lease_for=lease_for, most=allowed)
            if rate is not None and taken:
                _use(tx, lane, rate=rate, count=len(taken))
            parcels += taken
    return parcels


def settle(
    tx: Transaction,
    parcel: Parcel,
    *,
    state: Sending,
    error: str | None = None,
    retry_at: datetime | None = None,
    counts: bool = True,
) -> bool:
    """Say what became of a parcel; False when its lease had passed to someone else.

    ``WAITING`` with ``retry_at`` puts it back; ``counts=False`` takes the attempt back too, for
    refusals that were about the moment and not about the row.
    """
    waiting = state is Sending.WAITING
    done = tx.connection.execute(
        update(outbox)
        .where(outbox.c.id == parcel.id, outbox.c.leased_by == parcel.lease)
        .values(
            state=state,
            leased_by=None,
            last_error=error,
            attempts=parcel.attempts if counts else parcel.attempts - 1,
            due_at=retry_at if waiting else outbox.c.due_at,
            finished_at=None if waiting else tx.now,
        )
    )
    tx.announce(OUTBOX)
    return done.rowcount == 1


def hold(tx: Transaction, name: str, *, until: datetime) -> None:
    """Nothing is taken from the lane, or for the receiver, called ``name`` before ``until``."""
    _ensure_pace(tx, name)
    tx.connection.execute(
        update(paces)
        .where(paces.c.name == name, paces.c.held_until < until)
        .values(held_until=until)
    )


def release(tx: Transaction, name: str) -> None:
    """End a hold early."""
    tx.connection.execute(update(paces).where(paces.c.name == name).values(held_until=EPOCH))
    tx.announce(OUTBOX)


def next_due(connection: Connection, *, now: datetime, rate: Rate | None) -> datetime | None:
    """When the next row may be taken, a moment in the past for at once; None if none waits."""
    rows = connection.execute(
        select(outbox.c.lane, func.min(outbox.c.due_at).label("due_at"))
        .where(outbox.c.state == Sending.WAITING, _is_first_of_stream())
        .group_by(outbox.c.lane)
    ).all()
    if not rows:
        return None
    known = _paces(connection.execute(select(paces)))
    moments = [max(row.due_at, _opens_at(row.lane, known, now=now, rate=rate)) for row in rows]
    return min(moments)


@dataclass(frozen=True, slots=True)
class _Pace:
    name: str
    free_at: datetime
    held_until: datetime


def _paces(rows: Iterable[Row[Any]]) -> dict[str, _Pace]:
    return {row.name: _Pace(row.name, row.free_at, row.held_until) for row in rows}


def _opens_at(
    lane: str, known: Mapping[str, _Pace], *, now: datetime, rate: Rate | None
) -> datetime:
    holds = [known[name].held_until for name in _names(lane) if name in known]
    if rate is not None and lane in known:
        holds.append(known[lane].free_at - rate.interval * (rate.burst - 1))
    return max(holds, default=now)


def _names(lane: str) -> tuple[str, str]:
    return lane, lane.partition("/")[0]


def _lanes_with_work(tx: Transaction) -> list[str]:
    first = func.min(outbox.c.id)
    rows = tx.connection.execute(
        select(outbox.c.lane)
        .where(outbox.c.state == Sending.WAITING)
        .group_by(outbox.c.lane)
        .order_by(first)
    )
    return list(rows.scalars())


def _allowance(tx: Transaction, lane: str, *, rate: Rate | None, most: int) -> int:
    """How many rows the lane lets go now; the lane stays locked until the commit."""
    _ensure_pace(tx, lane)
    rows = tx.connection.execute(
        select(paces).where(paces.c.name.in_(_names(lane))).order_by(paces.c.name).with_for_update()
    )
    known = _paces(rows)
    if any(row.held_until > tx.now for row in known.values()):
        return 0
    if rate is None:
        return most
    # The generic cell rate algorithm: a lane may run ahead of its interval by one burst.
    ahead = max(known[lane].free_at - tx.now, timedelta())
    return min(most, (rate.interval * rate.burst - ahead) // rate.interval)


def _use(tx: Transaction, lane: str, *, rate: Rate, count: int) -> None:
    free_at = tx.connection.execute(
        select(paces.c.free_at).where(paces.c.name == lane)
    ).scalar_one()
    tx.connection.execute(
        update(paces)
        .where(paces.c.name == lane)
        .values(free_at=max(free_at, tx.now) + rate.interval * count)
    )


def _ensure_pace(tx: Transaction, name: str) -> None:
    insert_new(tx.connection, paces, {"name": name, "free_at": EPOCH, "held_until": EPOCH})


def _is_first_of_stream() -> ColumnElement[bool]:
    earlier = outbox.alias("earlier")
    return ~exists().where(
        earlier.c.stream == outbox.c.stream,
        earlier.c.state == Sending.WAITING,
        earlier.c.id < outbox.c.id,
    )


def _take_from(
    tx: Transaction, lane: str, *, lease: str, lease_for: timedelta, most: int
) -> list[Parcel]:
    due = (
        select(outbox.c.id)
        .where(
            outbox.c.lane == lane,
            outbox.c.state == Sending.WAITING,
            outbox.c.due_at <= tx.now,
            _is_first_of_stream(),
        )
        .order_by(outbox.c.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    ids = list(tx.connection.execute(due).scalars())
    if not ids:
        return []
    rows = tx.connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(ids))
        .values(leased_by=lease, due_at=tx.now + lease_for, attempts=outbox.c.attempts + 1)
        .returning(
            outbox.c.id,
            outbox.c.kind,
            outbox.c.lane,
            outbox.c.case_id,
            outbox.c.use_case,
            outbox.c.payload,
            outbox.c.attempts,
            outbox.c.created_at,
        )
    )
    parcels = [
        Parcel(**dict(row._mapping) | {"kind": Kind(row.kind), "lease": lease})  # noqa: SLF001
        for row in rows
    ]
    return sorted(parcels, key=lambda parcel: parcel.id)
