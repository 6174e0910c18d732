"""Items whose right label is known, and when the next of them is to be served."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, delete, exists, insert, select, update

from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import (
    case_contents,
    cases,
    checks,
    known_answers,
    known_turns,
    practised,
    reviews,
)
from hitl.vocabulary import CheckState

_MOST = 1_000
"""Among so many of those that were served least one is picked."""
_IN_USE = known_answers.c.retired_at.is_(None)
IS_SERVED = exists().where(
    checks.c.known_case_id == known_answers.c.case_id, checks.c.state == CheckState.OPEN
)
"""Of ``known_answers``: whether a copy waits for an answer."""


@dataclass(frozen=True, slots=True)
class Turn:
    """That a known answer is to be served in a use case."""

    id: int
    use_case: str
    draw: float


def learn_answer(tx: Transaction, case_id: int, *, use_case: str, label: str) -> None:
    """Keep that the case's right label is this one; a later word on it counts."""
    values = {
        "case_id": case_id,
        "use_case": use_case,
        "label": label,
        "times_served": 0,
        "added_at": tx.now,
    }
    if insert_new(tx.connection, known_answers, values) is None:
        tx.connection.execute(
            update(known_answers)
            .where(known_answers.c.case_id == case_id)
            .values(label=label, retired_at=None)
        )


def retire_answer(tx: Transaction, case_id: int) -> None:
    """Serve it no more: what was thought right is in doubt."""
    tx.connection.execute(
        update(known_answers)
        .where(known_answers.c.case_id == case_id, _IN_USE)
        .values(retired_at=tx.now)
    )


def plan_turn(tx: Transaction, use_case: str, *, due_at: datetime, draw: float) -> None:
    """Have a known answer served from ``due_at`` on."""
    tx.connection.execute(
        insert(known_turns), {"use_case": use_case, "due_at": due_at, "draw": draw}
    )


def turns_due(connection: Connection, *, now: datetime) -> list[Turn]:
    """Those whose time has come, the first one first."""
    rows = connection.execute(
        select(known_turns).where(known_turns.c.due_at <= now).order_by(known_turns.c.due_at)
    )
    return [Turn(row.id, row.use_case, row.draw) for row in rows]


def take_turn(tx: Transaction, turn: Turn) -> bool:
    """Whether this call took it; of any number one does."""
    taken = tx.connection.execute(delete(known_turns).where(known_turns.c.id == turn.id))
    return taken.rowcount == 1


def note_practised(tx: Transaction, case_id: int, *, person: str) -> None:
    """Keep that they were shown it now, and told what is right."""
    values = {"case_id": case_id, "person": person, "at": tx.now}
    if insert_new(tx.connection, practised, values) is None:
        again = update(practised).where(
            practised.c.case_id == case_id, practised.c.person == person
        )
        tx.connection.execute(again.values(at=tx.now))


def has_answered(reviewer: str | ColumnElement[str]) -> ColumnElement[bool]:
    """Of ``known_answers``: whether they voted on its case, or on a copy that was served."""
    copy = checks.alias("copy")
    theirs = (reviews.c.reviewer == reviewer) & reviews.c.undone_at.is_(None)
    on_original = exists().where(reviews.c.case_id == known_answers.c.case_id, theirs)
    on_copy = exists().where(
        copy.c.known_case_id == known_answers.c.case_id,
        reviews.c.case_id == copy.c.case_id,
        theirs,
    )
    return on_original | on_copy


def _is_new_to_somebody(use_case: str) -> ColumnElement[bool]:
    """Of ``known_answers``: whether somebody who reviewed of late has not met it.

    Where nobody did, there is nobody to have met it.
    """
    latest = select(reviews.c.case_id, reviews.c.reviewer).order_by(reviews.c.id.desc())
    some = latest.limit(_MOST).subquery("latest")
    theirs = (cases.c.id == some.c.case_id) & (cases.c.use_case == use_case)
    lately = select(some.c.reviewer).join(cases, theirs).distinct().cte("lately")
    has_practised = exists().where(
        practised.c.case_id == known_answers.c.case_id, practised.c.person == lately.c.reviewer
    )
    has_met = has_answered(lately.c.reviewer) | has_practised
    return ~exists(select(lately)) | exists(select(lately).where(~has_met))


def pick_answer(tx: Transaction, use_case: str, *, draw: float) -> tuple[int, str] | None:
    """One of those that were served least, by the draw: its case and its label.

    None where there is none whose content is still there. One that still waits for an answer is
    not served beside itself, and none that everybody has met who reviewed of late: it would wait
    for ever.
    """
    found = tx.connection.execute(
        select(known_answers.c.case_id, known_answers.c.label, known_answers.c.times_served)
        .join(case_contents, case_contents.c.case_id == known_answers.c.case_id)
        .where(
            known_answers.c.use_case == use_case,
            _IN_USE,
            case_contents.c.salt.is_not(None),
            ~IS_SERVED,
            _is_new_to_somebody(use_case),
        )
        .order_by(known_answers.c.times_served, known_answers.c.case_id)
        .limit(_MOST)
    ).all()
    found = [row for row in found if row.times_served == found[0].times_served]
    if not found:
        return None
    picked = found[min(int(draw * len(found)), len(found) - 1)]
    tx.connection.execute(
        update(known_answers)
        .where(known_answers.c.case_id == picked.case_id)
        .values(times_served=known_answers.c.times_served + 1)
    )
    return picked.case_id, picked.label
