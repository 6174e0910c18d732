"""Blind checks as they are stored; each change is conditional on what was there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, exists, func, select, update

from hitl.storage.database import Transaction
from hitl.storage.label_marks import mark_label
from hitl.storage.statements import insert_all, lacks
from hitl.storage.tables import cases, checks, practised, reviews
from hitl.vocabulary import CheckState

_NO_ANSWER: dict[str, Any] = {
    "state": CheckState.OPEN,
    "reviewer": None,
    "verdict": None,
    "label": None,
    "seconds": None,
    "answered_at": None,
    "final_label": None,
    "settled_by": None,
    "settled_at": None,
}


def open_checks(tx: Transaction, by_case: Mapping[int, dict[str, Any]]) -> None:
    """Store checks that wait for their answers."""
    opened = {"state": CheckState.OPEN, "opened_at": tx.now}
    rows = [{"case_id": case_id, **opened, **values} for case_id, values in by_case.items()]
    insert_all(tx.connection, checks, rows)


def change_check(
    tx: Transaction, case_id: int, values: dict[str, Any], *, still: CheckState
) -> bool:
    """Whether the case has a check in the state ``still``; it holds the values now."""
    changed = tx.connection.execute(
        update(checks).where(checks.c.case_id == case_id, checks.c.state == still).values(values)
    )
    if changed.rowcount == 1:
        mark_label(tx, case_id)
    return changed.rowcount == 1


def reopen_check(tx: Transaction, case_id: int) -> None:
    """Let the check wait for its answer again."""
    tx.connection.execute(update(checks).where(checks.c.case_id == case_id).values(_NO_ANSWER))
    mark_label(tx, case_id)


def await_check(tx: Transaction, case_id: int, *, awaited: bool) -> None:
    """Have the case served for its check, or no longer."""
    tx.connection.execute(update(cases).where(cases.c.id == case_id).values(awaits_check=awaited))


def seconds_of(connection: Connection, case_id: int, *, reviewer: str) -> float | None:
    """How long the reviewer looked before the answer that stands."""
    return connection.execute(
        select(reviews.c.seconds).where(
            reviews.c.case_id == case_id,
            reviews.c.reviewer == reviewer,
            reviews.c.undone_at.is_(None),
        )
    ).scalar()


def is_split() -> ColumnElement[bool]:
    """Of ``cases`` that await a check: whether those who answered it disagree."""
    # Not by "exists": for a few cases, PostgreSQL would look up every check that there is.
    state = select(checks.c.state).where(checks.c.case_id == cases.c.id).scalar_subquery()
    return func.coalesce(state, "") == CheckState.DISPUTED


def met_before(reviewer: ColumnElement[str]) -> ColumnElement[bool]:
    """Of ``cases``: whether it is a known item that they met before.

    They answered it as another case, or practised on it and were told what is right.
    """
    served, other = checks.alias("served"), checks.alias("other")
    answered = (reviews.c.reviewer == reviewer) & reviews.c.undone_at.is_(None)
    on_original = exists().where(reviews.c.case_id == served.c.known_case_id, answered)
    on_copy = exists().where(
        other.c.known_case_id == served.c.known_case_id,
        other.c.case_id != served.c.case_id,
        reviews.c.case_id == other.c.case_id,
        answered,
    )
    in_practice = exists().where(
        practised.c.case_id == served.c.known_case_id, practised.c.person == reviewer
    )
    items = select(served).where(
        served.c.case_id == cases.c.id,
        served.c.known_case_id.is_not(None),
        on_original | on_copy | in_practice,
    )
    return ~lacks(items)


# Made once: making a statement costs as much as running it.
_MET = select(cases.c.id).where(
    cases.c.id == bindparam("of_case"), met_before(bindparam("of_reviewer"))
)


def has_met(connection: Connection, case_id: int, *, reviewer: str) -> bool:
    """The same of one case."""
    met = connection.execute(_MET, {"of_case": case_id, "of_reviewer": reviewer})
    return met.first() is not None
