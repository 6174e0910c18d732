"""Who wants to be told of what directly."""

from sqlalchemy import Connection, delete, select

from hitl.notifications import Told
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import notifications


def wanted_by_person(connection: Connection, person: str) -> frozenset[Told]:
    """The kinds of direct messages that this person wants."""
    chosen = select(notifications.c.kind).where(notifications.c.person == person)
    known = {each.value for each in Told}
    return frozenset(Told(kind) for kind in connection.execute(chosen).scalars() if kind in known)


def people_who_want(connection: Connection, kind: Told) -> list[str]:
    """Everybody who wants direct messages of the kind."""
    chosen = select(notifications.c.person).where(notifications.c.kind == kind)
    return list(connection.execute(chosen.order_by(notifications.c.person)).scalars())


def want(tx: Transaction, person: str, kind: Told) -> None:
    """Keep that they want them from now on."""
    values = {"person": person, "kind": kind, "since": tx.now}
    insert_new(tx.connection, notifications, values)


def want_no_more(tx: Transaction, person: str, kind: Told) -> None:
    """Keep nothing of the kind."""
    tx.connection.execute(
        delete(notifications).where(notifications.c.person == person, notifications.c.kind == kind)
    )
