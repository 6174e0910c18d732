"""Telling people directly, who chose so, of what concerns them; and the choice itself."""

from collections.abc import Collection, Sequence

from hitl.cases import Case
from hitl.notifications import Told
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.notifications import people_who_want, want, want_no_more, wanted_by_person


def choose_notifications(tx: Transaction, *, person: str, wanted: Collection[Told]) -> None:
    """From now on they are told directly of these kinds, and of no others."""
    for kind in Told:
        (want if kind in wanted else want_no_more)(tx, person, kind)


def tell_of_dispute(tx: Transaction, case: Case) -> None:
    """Everybody who wants to hear of disputes; delivery leaves out whoever may not settle it."""
    for person in people_who_want(tx.connection, Told.DISPUTE):
        _tell(tx, case, kind=Told.DISPUTE, person=person)


def tell_of_hand_over(tx: Transaction, case: Case, *, by: str, to: str) -> None:
    """The person by name, if they want to hear of it."""
    if Told.HANDED in wanted_by_person(tx.connection, to):
        _tell(tx, case, kind=Told.HANDED, person=to, by=[by])


def _tell(tx: Transaction, case: Case, *, kind: Told, person: str, by: Sequence[str] = ()) -> None:
    outbox.put(
        tx,
        kind=outbox.Kind.DIRECT,
        stream=f"direct:{case.id}:{person}",
        lane=outbox.posts_lane(person),
        case_id=case.id,
        use_case=case.use_case,
        payload={"says": kind, "to": person, "by": list(by)},
    )
