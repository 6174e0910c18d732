"""Giving labels their places: one writer at a time, after what they tell of was committed.

Numbers that writers draw for themselves would not do: one drawn early can be committed late, when
a reader has gone past it. So verbs only leave a mark; whoever wants to read turns the marks that
are committed into places, and a mark that was not yet there gets a later one.
"""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from hitl.learning.standing import Standing, standings
from hitl.storage.database import Transaction
from hitl.storage.statements import lock_name
from hitl.storage.tables import cases, label_marks, labels

_AT_ONCE = 500
_TOLD = (
    "label",
    "verdict",
    "flagged",
    "source",
    "reviewers",
    "adjudicated",
    "decided_at",
    "erased",
)


def publish_labels(tx: Transaction) -> bool:
    """Whether there was something to tell; at most 500 marks are worked off in one transaction.

    A case whose label is what readers were told keeps its place.
    """
    lock_name(tx.connection, "labels")
    marked = _marked(tx)
    if not marked:
        return False
    now = standings(tx.connection, marked)
    told = {
        row.case_id: row
        for row in tx.connection.execute(select(labels).where(labels.c.case_id.in_(marked)))
    }
    position = tx.connection.execute(select(func.max(labels.c.position))).scalar() or 0
    for case in _cases(tx, marked):
        values = _values(now.get(case.id), erased=case.erased_at is not None)
        before = told.get(case.id)
        if before is None and values["label"] is None:
            continue
        if before is not None and all(getattr(before, name) == values[name] for name in _TOLD):
            continue
        position += 1
        _tell(tx, case, values | {"position": position}, is_new=before is None)
    return True


def _marked(tx: Transaction) -> set[int]:
    oldest = select(label_marks.c.id).order_by(label_marks.c.id).limit(_AT_ONCE)
    taken = tx.connection.execute(
        delete(label_marks).where(label_marks.c.id.in_(oldest)).returning(label_marks.c.case_id)
    )
    return set(taken.scalars())


def _cases(tx: Transaction, marked: Collection[int]) -> Collection[Any]:
    chosen = select(cases.c.id, cases.c.use_case, cases.c.erased_at).where(cases.c.id.in_(marked))
    return tx.connection.execute(chosen.order_by(cases.c.id)).all()


def _values(standing: Standing | None, *, erased: bool) -> dict[str, Any]:
    if standing is None:
        nothing = dict.fromkeys(("label", "verdict", "source", "decided_at"))
        return nothing | {
            "flagged": False, "reviewers": [], "adjudicated": False, "erased": erased
        }  # fmt: skip
    return {
        "label": standing.label,
        "verdict": standing.verdict,
        "flagged": standing.flagged,
        "source": standing.source.value,
        "reviewers": list(standing.reviewers),
        "adjudicated": standing.adjudicated,
        "decided_at": standing.decided_at,
        "erased": erased,
    }


def _tell(tx: Transaction, case: Any, values: Mapping[str, Any], *, is_new: bool) -> None:
    if is_new:
        first = {
            "case_id": case.id,
            "use_case": case.use_case,
            "first_position": values["position"],
        }
        tx.connection.execute(insert(labels), first | dict(values))
    else:
        tx.connection.execute(update(labels).where(labels.c.case_id == case.id).values(**values))
