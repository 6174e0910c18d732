"""The outbox: what must be sent, in order per stream, at its lane's pace, by whoever is free."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, Connection, exists, func, insert, select, update

from hitl.storage.bell import OUTBOX
from hitl.storage.database import Transaction
from hitl.storage.pacing import Rates, allowance, openings, use
from hitl.storage.tables import outbox


class Kind(StrEnum):
    """What delivery does with a row."""

    CARD_POST = "card.post"
    CARD_UPDATE = "card.update"
    THREAD_REPLY = "thread.reply"
    DIGEST = "digest"
    QUEUE_CARD = "queue_card"
    NOTICE = "notice"
    PICTURES = "pictures"
    WEBHOOK = "webhook"


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
RESPONSES_LANE = f"{SLACK}/respond"
"""Of what goes back through a click's own address, which Slack counts for no method."""
FILES_LANE = f"{SLACK}/files"
WEBHOOK = "webhook"
"""The receiver of everything that goes to callers."""


def posts_lane(channel: str) -> str:
    """The lane of everything that appears as a new message in a channel."""
    return f"{SLACK}/post:{channel}"


def webhook_lane(url: str) -> str:
    """The lane of everything that goes to one server."""
    return f"{WEBHOOK}/{urlsplit(url).netloc.lower()}"


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
    in_doubt_since: datetime | None
    """An earlier taker may have sent it by then: it could not tell, or did not live to."""


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


def settle_untaken(
    tx: Transaction, stream: str, *, kind: Kind, state: Sending, reason: str | None = None
) -> bool:
    """Whether a row waited that nobody had taken; it is ``state`` now.

    With ``WAITING`` it stays as it is, but nobody takes it before this transaction is committed.
    """
    done = tx.connection.execute(
        update(outbox)
        .where(
            outbox.c.stream == stream,
            outbox.c.kind == kind,
            outbox.c.state == Sending.WAITING,
            outbox.c.leased_by.is_(None),
        )
        .values(
            state=state,
            last_error=reason,
            finished_at=None if state is Sending.WAITING else tx.now,
        )
    )
    return done.rowcount > 0


def is_waiting(connection: Connection, stream: str, *, kind: Kind) -> bool:
    """Whether a row of the kind is unsent, taken or not."""
    unsent = select(outbox.c.id).where(
        outbox.c.stream == stream, outbox.c.kind == kind, outbox.c.state == Sending.WAITING
    )
    return connection.execute(unsent.limit(1)).scalar() is not None


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
    be unique to this call. ``receiver`` leaves the lanes of all others alone.
    """
    parcels: list[Parcel] = []
    for lane in _lanes_with_work(tx, receiver):
        wanted = most - len(parcels)
        if wanted <= 0:
            break
        rate = rates(lane)
        allowed = allowance(tx, lane, rate=rate, most=wanted)
        if rate is not None and allowed > 0:
            allowed = min(allowed, rate.room(_out(tx, lane)))
        if allowed == 0:
            continue
        taken = _take_from(tx, lane, lease=lease, lease_for=lease_for, most=allowed)
        if rate is not None and taken:
            use(tx, lane, rate=rate, count=len(taken))
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
    in_doubt: bool = False,
) -> bool:
    """Say what became of a parcel; False when its lease had passed to someone else.

    ``WAITING`` with ``retry_at`` puts it back; ``counts=False`` takes the attempt back too, for
    refusals that were about the moment and not about the row. ``in_doubt`` says that it may
    have been sent: the lease stays on the row, as that of a taker who died would.
    """
    waiting = state is Sending.WAITING
    done = tx.connection.execute(
        update(outbox)
        .where(outbox.c.id == parcel.id, outbox.c.leased_by == parcel.lease)
        .values(
            state=state,
            leased_by=parcel.lease if in_doubt else None,
            last_error=error,
            attempts=parcel.attempts if counts else parcel.attempts - 1,
            due_at=retry_at if waiting else outbox.c.due_at,
            finished_at=None if waiting else tx.now,
        )
    )
    tx.announce(OUTBOX)
    return done.rowcount == 1


def next_due(
    connection: Connection, *, now: datetime, rates: Rates, receiver: str | None = None
) -> datetime | None:
    """When the next row may be taken, a moment in the past for at once; None if none waits."""
    rows = connection.execute(
        select(outbox.c.lane, func.min(outbox.c.due_at).label("due_at"))
        .where(_waits_for(receiver), _is_first_of_stream())
        .group_by(outbox.c.lane)
    ).all()
    if not rows:
        return None
    open_at = openings(connection, [row.lane for row in rows], now=now, rates=rates)
    busy_until = _busy_until(connection, now=now, rates=rates)
    moments: list[datetime] = [
        max(row.due_at, open_at[row.lane], busy_until.get(row.lane, now)) for row in rows
    ]
    return min(moments)


def is_busy(connection: Connection, lane: str) -> bool:
    """Whether something still waits in the lane."""
    waiting = select(outbox.c.id).where(outbox.c.lane == lane, outbox.c.state == Sending.WAITING)
    return connection.execute(waiting.limit(1)).first() is not None


def _waits_for(receiver: str | None) -> ColumnElement[bool]:
    waits = outbox.c.state == Sending.WAITING
    return waits if receiver is None else waits & outbox.c.lane.startswith(f"{receiver}/")


def _lanes_with_work(tx: Transaction, receiver: str | None) -> list[str]:
    first = func.min(outbox.c.id)
    rows = tx.connection.execute(
        select(outbox.c.lane).where(_waits_for(receiver)).group_by(outbox.c.lane).order_by(first)
    )
    return list(rows.scalars())


def _is_taken(now: datetime) -> ColumnElement[bool]:
    return (
        (outbox.c.state == Sending.WAITING)
        & outbox.c.leased_by.is_not(None)
        & (outbox.c.due_at > now)
    )


def _out(tx: Transaction, lane: str) -> int:
    return tx.connection.execute(
        select(func.count()).where(outbox.c.lane == lane, _is_taken(tx.now))
    ).scalar_one()


def _busy_until(connection: Connection, *, now: datetime, rates: Rates) -> dict[str, datetime]:
    """From when lanes without room may have some again, should nobody settle before."""
    rows = connection.execute(
        select(outbox.c.lane, func.count().label("out"), func.min(outbox.c.due_at).label("until"))
        .where(_is_taken(now))
        .group_by(outbox.c.lane)
    )
    return {
        row.lane: row.until
        for row in rows
        if (rate := rates(row.lane)) is not None and rate.room(row.out) == 0
    }


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
    due = tx.connection.execute(
        select(outbox.c.id, outbox.c.leased_by, outbox.c.due_at)
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
    # Whoever settles a row takes its lease off, so a lease still there was never settled.
    doubts = {row.id: None if row.leased_by is None else row.due_at for row in due}
    if not doubts:
        return []
    rows = tx.connection.execute(
        update(outbox)
        .where(outbox.c.id.in_(doubts))
        .values(leased_by=lease, due_at=tx.now + lease_for, attempts=outbox.c.attempts + 1)
        .returning(outbox)
    )
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
