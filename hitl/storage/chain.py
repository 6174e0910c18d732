"""Appending to the audit chain of a case; ``hitl.audit`` says what its hashes cover."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select, update

from hitl.audit import Link
from hitl.storage.database import Transaction
from hitl.storage.moments import to_microseconds
from hitl.storage.statements import insert_all
from hitl.storage.tables import audit_events, case_contents, cases

PERSONAL = tuple(name for name in case_contents.c.keys() if name not in {"case_id", "salt"})  # noqa: SIM118 - a column collection's own
"""The columns of ``case_contents`` that one digest covers."""

# Made once: making a statement costs as much as running it, and these run in every verb.
_COUNT_ONE_MORE = (
    update(cases)
    .where(cases.c.id == bindparam("of_case"))
    .values(events=cases.c.events + 1)
    .returning(cases.c.events)
)
_HASH_AT = select(audit_events.c.hash).where(
    audit_events.c.case_id == bindparam("of_case"),
    audit_events.c.position == bindparam("at_position"),
)


@dataclass(frozen=True, slots=True)
class Happening:
    """An event before it has its place in a chain."""

    type: str
    actor: str
    data: Mapping[str, Any]
    words: str | None = None
    """The digest of what a person wrote with it (``hitl.audit.words_digest``)."""


def begin(tx: Transaction, histories: Mapping[int, Iterable[Happening]]) -> None:
    """The first events of new cases by their ids, whose rows already count them."""
    rows: list[dict[str, Any]] = []
    for case_id, happenings in histories.items():
        previous: str | None = None
        for position, happening in enumerate(happenings, start=1):
            rows.append(_row(tx, case_id, happening, position=position, previous=previous))
            previous = rows[-1]["hash"]
    insert_all(tx.connection, audit_events, rows)


def append(
    tx: Transaction, case_id: int, happening: Happening, *, position: int | None = None
) -> None:
    """The next event; on PostgreSQL others that append to the case wait for this transaction.

    ``position`` is given where this transaction has counted it in the case's row already.
    """
    if position is None:
        position = tx.connection.execute(_COUNT_ONE_MORE, {"of_case": case_id}).scalar_one()
    before = {"of_case": case_id, "at_position": position - 1}
    # Where there is none the chain is broken: that is for verification to tell, and no reason
    # to lose what happens now.
    previous = tx.connection.execute(_HASH_AT, before).scalar()
    row = _row(tx, case_id, happening, position=position, previous=previous)
    insert_all(tx.connection, audit_events, [row])


def content_words(content: Mapping[str, Any], pictures: Iterable[bytes]) -> dict[str, Any]:
    """What is personal about a submission, from its row of ``case_contents`` and its pictures."""
    words = {name: content[name] for name in PERSONAL}
    return words | {"pictures": [hashlib.sha256(picture).hexdigest() for picture in pictures]}


def _row(
    tx: Transaction, case_id: int, happening: Happening, *, position: int, previous: str | None
) -> dict[str, Any]:
    link = Link(
        case_id=case_id,
        position=position,
        type=happening.type,
        actor=happening.actor,
        at=to_microseconds(tx.now),
        data=happening.data,
        words=happening.words,
        previous=previous,
    )
    return {
        "case_id": case_id,
        "position": position,
        "type": happening.type,
        "actor": happening.actor,
        "at": tx.now,
        "data": dict(happening.data),
        "words": happening.words,
        "previous": previous,
        "hash": link.hash(),
    }
