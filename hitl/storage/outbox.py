"""The outbox: what must be sent, in order per stream, at its lane's pace, by whoever is free."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from urllib.parse import urlsplit

from sqlalchemy import (
    ColumnElement,
    Connection,
    bindparam,
    func,
    literal_column,
    select,
    update,
)

from hitl.storage.bell import outbox_topic
from hitl.storage.database import Transaction
from hitl.storage.pacing import receiver_of
from hitl.storage.statements import insert_all
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
    LABELS_READY = "labels_ready"
    """Tell a trainer's server that there are labels to learn from."""


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


WAITING: ColumnElement[str] = literal_column(f"'{Sending.WAITING}'")
DEAD: ColumnElement[str] = literal_column(f"'{Sending.DEAD}'")
"""For conditions. With a parameter, SQLite would plan each time anew whether it may use an index of
what waits, which takes longer than what was planned; and PostgreSQL, once it has planned for all
values, would use none."""
# Made once: making a statement costs as much as running it, and these run for every message.
_WAITS = outbox.c.state == WAITING
_IN_LANE = outbox.c.lane == bindparam("of_lane")
_OF_KIND_IN_STREAM = (outbox.c.stream == bindparam("of_stream")) & (
    outbox.c.kind == bindparam("of_kind")
)
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
_BUSY = select(outbox.c.id).where(_IN_LANE, _WAITS).limit(1)


@dataclass(frozen=True, slots=True)
class Draft:
    """Something to be sent, before it has its row."""

    kind: Kind
    stream: str
    lane: str
    use_case: str
    case_id: int | None
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A row that was taken; ``lease`` proves that it is still ours when it is settled."""

    id: int
    kind: Kind
    stream: str
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
    put_all(tx, [Draft(kind, stream, lane, use_case, case_id, payload or {})])


def put_all(tx: Transaction, drafts: Iterable[Draft]) -> None:
    """Add rows to be sent, in this order, once this transaction is committed."""
    rows: list[dict[str, Any]] = [
        {
            "kind": draft.kind,
            "stream": draft.stream,
            "lane": draft.lane,
            "use_case": draft.use_case,
            "case_id": draft.case_id,
            "payload": dict(draft.payload),
            "state": Sending.WAITING,
            "attempts": 0,
            "due_at": tx.now,
            "created_at": tx.now,
        }
        for draft in drafts
    ]
    insert_all(tx.connection, outbox, rows)
    for lane in {row["lane"] for row in rows}:
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
    if waiting:
        tx.announce(outbox_topic(receiver_of(parcel.lane)))
    return done.rowcount == 1


def is_busy(connection: Connection, lane: str) -> bool:
    """Whether something still waits in the lane."""
    return connection.execute(_BUSY, {"of_lane": lane}).first() is not None
