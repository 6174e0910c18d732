"""Who wants to be told of what directly, and what they were told of."""

from datetime import datetime

from sqlalchemy import Connection, delete, select, update

from hitl.notifications import USUAL, Told
from hitl.statistics.fatigue import Sign
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import notifications, told_signs


def wanted_by_person(connection: Connection, person: str) -> frozenset[Told]:
    """The kinds of direct messages that this person wants."""
    chosen = select(notifications.c.kind).where(notifications.c.person == person)
    unusual = set(connection.execute(chosen).scalars())
    return frozenset(kind for kind in Told if (kind in unusual) != (kind in USUAL))


def people_who_chose(connection: Connection, kind: Told) -> list[str]:
    """Everybody who chose to have direct messages of the kind, which is none of the usual ones."""
    chosen = select(notifications.c.person).where(notifications.c.kind == kind)
    return list(connection.execute(chosen.order_by(notifications.c.person)).scalars())


def choose(tx: Transaction, person: str, kind: Told, *, wanted: bool) -> None:
    """Keep whether they want them from now on."""
    if wanted != (kind in USUAL):
        insert_new(tx.connection, notifications, {"person": person, "kind": kind, "since": tx.now})
        return
    tx.connection.execute(
        delete(notifications).where(notifications.c.person == person, notifications.c.kind == kind)
    )


def note_told_sign(tx: Transaction, person: str, sign: Sign, *, unless_since: datetime) -> bool:
    """Whether they are to be told of it: nobody told them of it since then; now it is noted."""
    values = {"person": person, "sign": sign, "at": tx.now}
    if insert_new(tx.connection, told_signs, values) is not None:
        return True
    again = tx.connection.execute(
        update(told_signs)
        .where(
            told_signs.c.person == person,
            told_signs.c.sign == sign,
            told_signs.c.at <= unless_since,
        )
        .values(at=tx.now)
    )
    return again.rowcount == 1
