"""Cases to practise on: their right answers are known."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from sqlalchemy import Connection, exists, func, select

from hitl.storage.tables import case_contents, known_answers, reviews

_MOST_LOOKED_AT = 1_000


@dataclass(frozen=True, slots=True)
class Known:
    """A case with its right label."""

    case_id: int
    label: str


def known_to_practise(
    connection: Connection, use_case: str, *, person: str, most: int, chance: Random
) -> list[Known]:
    """Some of them, at random; those that the person has decided before come first.

    For a known answer that somebody has seen measures them no more.
    """
    met = exists().where(reviews.c.case_id == known_answers.c.case_id, reviews.c.reviewer == person)
    rows = connection.execute(
        select(known_answers.c.case_id, known_answers.c.label, met.label("met"))
        .join(case_contents, case_contents.c.case_id == known_answers.c.case_id)
        .where(
            known_answers.c.use_case == use_case,
            known_answers.c.retired_at.is_(None),
            case_contents.c.salt.is_not(None),
        )
        .order_by(known_answers.c.case_id.desc())
        .limit(_MOST_LOOKED_AT)
    ).all()
    mixed = sorted(rows, key=lambda row: (not row.met, chance.random()))[:most]
    chosen = [Known(row.case_id, row.label) for row in mixed]
    chance.shuffle(chosen)
    return chosen


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
