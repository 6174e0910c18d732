"""What Slack holds of a case: its card, and copies of its pictures."""

from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select, update

from hitl.storage.bell import case_topic
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import pictures, slack_messages


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: a channel's id, and the timestamp that names it there."""

    channel: str
    ts: str


@dataclass(frozen=True, slots=True)
class PictureBytes:
    """A picture that Slack has no copy of yet."""

    id: int
    title: str
    media_type: str
    content: bytes


# Made once: making a statement costs as much as running it, and these run at every turn.
_PLACE = select(slack_messages.c.channel, slack_messages.c.ts).where(
    slack_messages.c.case_id == bindparam("case_id")
)
_MISSING = (
    select(pictures.c.id)
    .where(pictures.c.case_id == bindparam("case_id"), pictures.c.slack_file.is_(None))
    .limit(1)
)


def card_place(connection: Connection, case_id: int) -> Place | None:
    """Where the case's card stands; None before it is posted."""
    row = connection.execute(_PLACE, {"case_id": case_id}).first()
    return None if row is None else Place(channel=row.channel, ts=row.ts)


def record_card_place(tx: Transaction, case_id: int, place: Place) -> None:
    """Keep where the card stands; the first card of a case stays its card."""
    values = {"case_id": case_id, "channel": place.channel, "ts": place.ts, "posted_at": tx.now}
    insert_new(tx.connection, slack_messages, values)


def pictures_to_upload(connection: Connection, case_id: int) -> tuple[PictureBytes, ...]:
    """The case's pictures that Slack has no copy of."""
    rows = connection.execute(
        select(pictures.c.id, pictures.c.title, pictures.c.media_type, pictures.c.content)
        .where(pictures.c.case_id == case_id, pictures.c.slack_file.is_(None))
        .order_by(pictures.c.id)
    )
    return tuple(PictureBytes(**row._mapping) for row in rows)  # noqa: SLF001 - SQLAlchemy's public name


def lacks_pictures(connection: Connection, case_id: int) -> bool:
    """Whether Slack has no copy yet of some picture of the case."""
    return connection.execute(_MISSING, {"case_id": case_id}).first() is not None


def record_upload(tx: Transaction, picture_id: int, *, slack_file: str) -> None:
    """Keep the workspace's file of a picture, and wake whoever waits to show it."""
    case_id = tx.connection.execute(
        update(pictures)
        .where(pictures.c.id == picture_id)
        .values(slack_file=slack_file)
        .returning(pictures.c.case_id)
    ).scalar_one()
    tx.announce(case_topic(case_id))
