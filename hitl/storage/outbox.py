"""The outbox: what must be sent, in order per stream, at its lane's pace, by whoever is free."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import Connection, bindparam, exists, func, insert, select, update

from hitl.storage.bell import outbox_topic
from hitl.storage.database import Transaction
from hitl.storage.pacing import Rates, allowance, openings, receiver_of, use
from hitl.storage.statements import lock_free_name
from hitl.storage.tables import outbox


class Kind(StrEnum):
    """What delivery does with a row."""

    CARD_POST = "card.post"
    CARD_UPDATE = "card.update"
    THREAD_REPLY = "thread.reply"
    DIGEST = "digest"
    MONTHLY = "monthly"
    QUEUE_CARD = "queue_card"
    NOTICE = "notice"
    DIRECT = "direct"
    PROPOSAL = "proposal"
    ADJUDICATORS = "adjudicators"
    """Find out who adjudicates, and put a row for each."""
    ADJUDICATOR = "adjudicator"
    """Ask one person to settle what a blind answer left open."""
    PICTURES = "pictures"
    FILE_REMOVAL = "file_removal"
    WEBHOOK = "webhook"
    QUESTION = "question"
    SECOND_MODEL = "second_model"


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
MODEL = "model"
"""The receiver of everything that second models are asked."""
RECEIVERS = (SLACK, WEBHOOK, MODEL)


def posts_lane(channel: str) -> str:
    """The lane of everything that appears as a new message in a channel."""
    return f"{SLACK}/post:{channel}"


def webhook_lane(url: str) -> str:
    """The lane of everything that goes to one server."""
    return f"{WEBHOOK}/{urlsplit(url).netloc.lower()}"


def model_lane(url: str) -> str:
    """The lane of everything that goes to one server with second models."""
    return f"{MODEL}/{urlsplit(url).netloc.lower()}"


def case_stream(case_id: int) -> str:
    """The stream that keeps what is said about one case in order."""
    return f"case:{case_id}"


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
_OF_KIND_IN_STREAM = (outbox.c.stream == bindparam("of_stream")) & (
    outbox.c.kind == bindparam("of_kind")
)
_PUT = insert(outbox)
_SETTLE_UNTAKEN = (
    update(outbox)
    .where(_OF_KIND_IN_STREAM, _WAITS, outbox.c.leased_by.is_(None))
    .values(
        state=bindparam("state"),
        last_error=bindparam("last_error"),
        finished_at=bindparam("finished_at"),
    )
)
_UNSENT = select(outbox.c.id).where(_OF_KIND_IN_STREAM, _WAITS).limit(1)
_SETTLE = (
    update(outbox)
    .where(outbox.c.id == bindparam("of_id"), outbox.c.leased_by == bindparam("of_lease"))
    .values(
        state=bindparam("state"),
        leased_by=bindparam("leased_by"),
        last_error=bindparam("last_error"),
        attempts=bindparam("attempts"),
        due_at=func.coalesce(bindparam("retry_at", type_=outbox.c.due_at.type), outbox.c.due_at),
        finished_at=bindparam("finished_at"),
    )
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
_BUSY = select(outbox.c.id).where(_IN_LANE, _WAITS).limit(1)
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
        _PUT,
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
    tx.announce(outbox_topic(receiver_of(lane)))


def settle_untaken(
    tx: Transaction, stream: str, *, kind: Kind, state: Sending, reason: str | None = None
) -> bool:
    """Whether a row waited that nobody had taken; it is ``state`` now.

    With ``WAITING`` it stays as it is, but nobody takes it before this transaction is committed.
    """
    finished_at = None if state is Sending.WAITING else tx.now
    done = tx.connection.execute(
        _SETTLE_UNTAKEN,
        {
            "of_stream": stream,
            "of_kind": kind,
            "state": state,
            "last_error": reason,
            "finished_at": finished_at,
        },
    )
    return done.rowcount > 0


def is_waiting(connection: Connection, stream: str, *, kind: Kind) -> bool:
    """Whether a row of the kind is unsent, taken or not."""
    unsent = {"of_stream": stream, "of_kind": kind}
    return connection.execute(_UNSENT, unsent).scalar() is not None


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
        _SETTLE,
        {
            "of_id": parcel.id,
            "of_lease": parcel.lease,
            "state": state,
            "leased_by": parcel.lease if in_doubt else None,
            "last_error": error,
            "attempts": parcel.attempts if counts else parcel.attempts - 1,
            "retry_at": retry_at if waiting else None,
            "finished_at": None if waiting else tx.now,
        },
    )
    tx.announce(outbox_topic(receiver_of(parcel.lane)))
    return done.rowcount == 1


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


def is_busy(connection: Connection, lane: str) -> bool:
    """Whether something still waits in the lane."""
    return connection.execute(_BUSY, {"of_lane": lane}).first() is not None


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
