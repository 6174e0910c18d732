"""Queue cards: where each stands and what it was told to show, and the cases it stands for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Connection, Row, bindparam, exists, func, select, update

from hitl.storage.bell import outbox_topic
from hitl.storage.database import Transaction
from hitl.storage.outbox import SLACK, WAITING, Kind, Sending, case_stream
from hitl.storage.slack_copies import Place
from hitl.storage.statements import insert_new
from hitl.storage.tables import AWAITS_PEOPLE, cases, outbox, queue_cards, slack_messages
from hitl.storage.waiting import waits_in

IN_THE_QUEUE = "in the queue"
"""Why a case's own card was not posted."""
MOST_COUNTED = 10_000
"""Counting what waits takes as long as much waits; people are told "10,000+" of more."""
ALL = 2**62
"""Where the exact number is asked for."""
_IS_OPEN = queue_cards.c.closed_at.is_(None)
# Made once: making a statement costs as much as running it, and these run for every card.
_OPEN = select(queue_cards.c.id).where(
    queue_cards.c.use_case == bindparam("of_use_case"),
    queue_cards.c.channel == bindparam("of_channel"),
    _IS_OPEN,
)
_HOLD_OPEN = _OPEN.with_for_update()
_BEYOND = (
    select(cases.c.id)
    .where(waits_in(bindparam("of_use_case")))
    .limit(1)
    .offset(bindparam("number"))
)
_some = (
    select(cases.c.id)
    .where(waits_in(bindparam("of_use_case")))
    .limit(bindparam("most", type_=BigInteger))
    .subquery()
)
# In the order of an index, or all that wait would be read for the oldest.
_oldest = (
    select(cases.c.submitted_at)
    .where(cases.c.use_case == bindparam("of_use_case"), AWAITS_PEOPLE)
    .order_by(cases.c.submitted_at, cases.c.margin, cases.c.id)
    .limit(1)
    .scalar_subquery()
)
_NUMBERS = select(func.count().label("number"), _oldest.label("oldest_at")).select_from(_some)


@dataclass(frozen=True, slots=True)
class Numbers:
    """The cases of a use case that wait, with or without a card of their own."""

    open: int
    """One more than was to be counted where there are more than that."""
    oldest_at: datetime | None


@dataclass(frozen=True, slots=True)
class QueueCard:
    """A message that stands for cases; ``channel`` is the policy's name for where it belongs."""

    id: int
    use_case: str
    channel: str
    is_open: bool
    place: Place | None
    """None until it is posted."""
    told: Numbers
    """What it was last told to show."""


def numbers_of(connection: Connection, use_case: str, *, most: int = MOST_COUNTED) -> Numbers:
    """How many cases wait now, of more than ``most`` only that there are more; and since when."""
    asked = {"of_use_case": use_case, "most": most + 1}
    row = connection.execute(_NUMBERS, asked).one()
    return Numbers(row.number, row.oldest_at)


def more_wait_than(connection: Connection, use_case: str, number: int) -> bool:
    """Whether more than ``number`` cases wait; no more than these are counted."""
    beyond = {"of_use_case": use_case, "number": number}
    return connection.execute(_BEYOND, beyond).first() is not None


def queue_card(connection: Connection, card_id: int) -> QueueCard:
    """The queue card with this id."""
    return _card(connection.execute(select(queue_cards).where(queue_cards.c.id == card_id)).one())


def open_queue_cards(connection: Connection) -> list[QueueCard]:
    """Every queue card that stands for cases now."""
    return [_card(row) for row in connection.execute(select(queue_cards).where(_IS_OPEN))]


def has_open_queue_card(connection: Connection, use_case: str, *, channel: str) -> bool:
    """Whether new cases go into the queue."""
    wanted = {"of_use_case": use_case, "of_channel": channel}
    return connection.execute(_OPEN, wanted).first() is not None


def hold_queue_open(tx: Transaction, use_case: str, *, channel: str) -> bool:
    """Whether there is an open queue card; then it stays open until this transaction ends."""
    wanted = {"of_use_case": use_case, "of_channel": channel}
    return tx.connection.execute(_HOLD_OPEN, wanted).first() is not None


def begin_queue_card(tx: Transaction, use_case: str, *, channel: str, told: Numbers) -> int | None:
    """The id of a new, open queue card; None where another transaction began one."""
    values = {
        "use_case": use_case,
        "channel": channel,
        "opened_at": tx.now,
        "told_open": told.open,
        "told_oldest_at": told.oldest_at,
        "told_at": tx.now,
    }
    return insert_new(tx.connection, queue_cards, values)


def end_queue_card(tx: Transaction, card_id: int) -> bool:
    """Whether this call closed it."""
    closed = tx.connection.execute(
        update(queue_cards).where(queue_cards.c.id == card_id, _IS_OPEN).values(closed_at=tx.now)
    )
    return closed.rowcount == 1


def record_told(tx: Transaction, card_id: int, told: Numbers, *, not_within: timedelta) -> bool:
    """Keep what the open card is told to show; False where it was told something just before."""
    noted = tx.connection.execute(
        update(queue_cards)
        .where(queue_cards.c.id == card_id, _IS_OPEN, queue_cards.c.told_at <= tx.now - not_within)
        .values(told_open=told.open, told_oldest_at=told.oldest_at, told_at=tx.now)
    )
    return noted.rowcount == 1


def record_queue_card_place(tx: Transaction, card_id: int, place: Place) -> None:
    """Keep where the card stands; a later place replaces one where it was deleted."""
    tx.connection.execute(
        update(queue_cards)
        .where(queue_cards.c.id == card_id)
        .values(slack_channel=place.channel, ts=place.ts)
    )


def has_waiting_parcel(connection: Connection, stream: str) -> bool:
    """Whether something of the stream is still to be sent."""
    return bool(_streams_waiting(connection, [stream]))


def queue_untaken_cards(tx: Transaction, use_case: str, *, lane: str) -> None:
    """Settle every card of the use case that waits in the lane and that nobody ever took."""
    tx.connection.execute(
        update(outbox)
        .where(
            outbox.c.lane == lane,
            outbox.c.state == WAITING,
            outbox.c.kind == Kind.CARD_POST,
            outbox.c.use_case == use_case,
            outbox.c.leased_by.is_(None),
        )
        .values(state=Sending.SKIPPED, last_error=IN_THE_QUEUE, finished_at=tx.now)
    )
    tx.announce(outbox_topic(SLACK))


def cases_without_card(connection: Connection, use_case: str) -> list[int]:
    """Waiting cases that have no card of their own and are not about to get one."""
    has_card = exists().where(slack_messages.c.case_id == cases.c.id)
    ids = connection.execute(
        select(cases.c.id).where(waits_in(use_case), ~has_card).order_by(cases.c.id)
    ).scalars()
    by_stream = {case_stream(case_id): case_id for case_id in ids}
    expected = _streams_waiting(connection, list(by_stream))
    return [case_id for stream, case_id in by_stream.items() if stream not in expected]


def _streams_waiting(connection: Connection, streams: list[str]) -> set[str]:
    rows = connection.execute(
        select(outbox.c.stream).where(outbox.c.stream.in_(streams), outbox.c.state == WAITING)
    )
    return set(rows.scalars())


def _card(row: Row[Any]) -> QueueCard:
    return QueueCard(
        id=row.id,
        use_case=row.use_case,
        channel=row.channel,
        is_open=row.closed_at is None,
        place=None if row.ts is None else Place(channel=row.slack_channel, ts=row.ts),
        told=Numbers(row.told_open, row.told_oldest_at),
    )
