"""Telling people directly, who chose so, of what concerns them; and the choice itself."""

from collections.abc import Collection, Mapping, Sequence
from datetime import timedelta
from typing import Any

from hitl.cases import Case
from hitl.notifications import Told
from hitl.statistics.fatigue import Signs
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.notifications import (
    choose,
    note_told_sign,
    people_who_chose,
    wanted_by_person,
)

_SAID_FOR = timedelta(days=7)
"""A sign that goes on day after day is told once in so long."""


def choose_notifications(
    tx: Transaction, *, person: str, wanted: Collection[Told], among: Collection[Told] = tuple(Told)
) -> None:
    """From now on they are told directly of these kinds ``among`` those they had to choose from."""
    for kind in among:
        choose(tx, person, kind, wanted=kind in wanted)


def tell_of_dispute(tx: Transaction, case: Case) -> None:
    """Everybody who wants to hear of disputes; delivery leaves out whoever may not settle it."""
    for person in people_who_chose(tx.connection, Told.DISPUTE):
        _tell(tx, case, kind=Told.DISPUTE, person=person)


def tell_of_hand_over(tx: Transaction, case: Case, *, by: str, to: str) -> None:
    """The person by name, if they want to hear of it."""
    if Told.HANDED in wanted_by_person(tx.connection, to):
        _tell(tx, case, kind=Told.HANDED, person=to, by=[by])


def tell_of_digest(tx: Transaction, use_case: str, *, figures: Mapping[str, Any]) -> None:
    """Everybody who wants copies; delivery leaves out whom the use case does not concern."""
    for person in people_who_chose(tx.connection, Told.DIGEST):
        _put(tx, Told.DIGEST, person, use_case=use_case, about=use_case, more=figures)


def tell_of_fatigue(tx: Transaction, signs: Signs, *, person: str, use_case: str) -> bool:
    """Whether they are told, which is of what they were not told of within a week.

    Which signs, and not their numbers, is all that is written down of it.
    """
    if Told.FATIGUE not in wanted_by_person(tx.connection, person):
        return False
    before = tx.now - _SAID_FOR
    new = [sign for sign in signs.seen if note_told_sign(tx, person, sign, unless_since=before)]
    if new:
        _put(tx, Told.FATIGUE, person, use_case=use_case, about="pace", more={"signs": new})
    return bool(new)


def _tell(tx: Transaction, case: Case, *, kind: Told, person: str, by: Sequence[str] = ()) -> None:
    more = {"by": list(by)}
    _put(tx, kind, person, use_case=case.use_case, about=str(case.id), more=more, case_id=case.id)


def _put(
    tx: Transaction,
    kind: Told,
    person: str,
    *,
    use_case: str,
    about: str,
    more: Mapping[str, Any],
    case_id: int | None = None,
) -> None:
    outbox.put(
        tx,
        kind=outbox.Kind.DIRECT,
        stream=f"direct:{about}:{person}",
        lane=outbox.posts_lane(person),
        case_id=case_id,
        use_case=use_case,
        payload={"says": kind, "to": person, **more},
    )
