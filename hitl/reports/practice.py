"""Cases to practise on: their right answers are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from sqlalchemy import Connection, Row, func, select

from hitl.storage.known_answers import IS_SERVED, has_answered
from hitl.storage.tables import case_contents, known_answers, practised

_MOST_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """A case with its right label."""

    case_id: int
    label: str


def known_to_practise(
    connection: Connection, use_case: str, *, person: str, most: int, chance: Random
) -> list[Known]:
    """Some of them, at random, as far as possible such that measure the person no more.

    Those that they answered in earnest come first. New ones follow only until half of all are
    spent on them, then what they have practised before, the longest ago first; what waits for
    an answer somewhere is left alone, for anybody may meet it.
    """
    rows = list(_usable(connection, use_case, person=person))
    chance.shuffle(rows)
    again = sorted((row for row in rows if row.practised_at), key=lambda row: row.practised_at)
    others = [row for row in rows if not row.practised_at]
    answered = [row for row in others if row.answered]
    new = [row for row in others if not row.answered]
    spare = max(len(new) - len(rows) // 2, 0)
    in_turn = [*answered, *new[:spare], *again, *new[spare:]]
    chosen = [Known(row.case_id, row.label) for row in in_turn[:most]]
    chance.shuffle(chosen)
    return chosen


def _usable(connection: Connection, use_case: str, *, person: str) -> Sequence[Row[Any]]:
    """The latest of those in use, with whether and when the person has met them."""
    return connection.execute(
        select(
            known_answers.c.case_id,
            known_answers.c.label,
            has_answered(person).label("answered"),
            practised.c.at.label("practised_at"),
        )
        .join(case_contents, case_contents.c.case_id == known_answers.c.case_id)
        .outerjoin(
            practised,
            (practised.c.case_id == known_answers.c.case_id) & (practised.c.person == person),
        )
        .where(
            known_answers.c.use_case == use_case,
            known_answers.c.retired_at.is_(None),
            case_contents.c.salt.is_not(None),
            ~IS_SERVED,
        )
        .order_by(known_answers.c.case_id.desc())
        .limit(_MOST_LOOKED_AT)
    ).all()


def count_known(connection: Connection, use_case: str) -> int:
    """How many known answers there are in use."""
    counted = select(func.count()).where(
        known_answers.c.use_case == use_case, known_answers.c.retired_at.is_(None)
    )
    return connection.execute(counted).scalar_one()


def right_labels(connection: Connection, case_ids: Sequence[int]) -> dict[int, str]:
    """The known answers of these cases, retired ones too."""
    chosen = select(known_answers.c.case_id, known_answers.c.label).where(
        known_answers.c.case_id.in_(case_ids)
    )
    return {row.case_id: row.label for row in connection.execute(chosen)}
