"""Who is asked blind, and what their answers come to."""

from typing import Any

import pytest

from hitl.blindness import Chances
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.review import submit
from hitl.storage.database import Database
from hitl.vocabulary import CaseState, CheckKind, CheckState
from tests.examples import moderation, post

IN_THE_SAMPLE = 0.01
OUTSIDE = 0.5


async def submitted(
    database: Database,
    key: str = "post-1",
    *,
    use_case: UseCase | None = None,
    draw: float = IN_THE_SAMPLE,
    chances: Chances | None = None,
    **changes: Any,
) -> Case:
    case, _ = await database.write(
        lambda tx: submit(
            tx,
            post(key, **changes),
            use_case=use_case or moderation(),
            draw=draw,
            chances=chances or Chances(),
        )
    )
    return case


@pytest.mark.parametrize(("violation", "is_apart"), [(0.70, False), (0.99, True)])
async def test_every_prediction_in_the_sample_gets_a_check_whatever_its_route(
    database: Database, violation: float, is_apart: bool
) -> None:
    case = await submitted(database, violation=violation)
    assert case.is_blind
    assert case.check is not None
    assert (case.check.kind, case.check.state) == (CheckKind.AUDIT, CheckState.OPEN)
    assert case.check.is_apart is is_apart
    assert case.state is (CaseState.DECIDED if is_apart else CaseState.OPEN)


async def test_outside_the_sample_nobody_is_asked_blind(database: Database) -> None:
    case = await submitted(database, draw=OUTSIDE)
    assert (case.is_blind, case.check) == (False, None)


async def test_what_a_person_sent_is_no_prediction_to_check(database: Database) -> None:
    case = await submitted(database, sent_by_person=True)
    assert (case.is_blind, case.check) == (False, None)


@pytest.mark.parametrize(("double", "needed"), [(0.19, 2), (0.2, 1)])
async def test_a_draw_of_its_own_makes_a_case_need_two_blind_votes(
    database: Database, double: float, needed: int
) -> None:
    use_case = moderation().model_copy(update={"double_review": 0.2})
    chances = Chances(double=double)
    case = await submitted(database, use_case=use_case, draw=OUTSIDE, chances=chances)
    assert (case.reviews_needed, case.is_blind) == (needed, needed == 2)


async def test_a_prediction_that_stands_needs_no_second_pair_of_eyes(database: Database) -> None:
    use_case = moderation().model_copy(update={"double_review": 1.0})
    chances = Chances(double=0.0)
    case = await submitted(
        database, use_case=use_case, draw=OUTSIDE, chances=chances, violation=0.99
    )
    assert (case.reviews_needed, case.is_blind) == (1, False)
