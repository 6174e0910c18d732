"""Votes, undoing, overruling and deadlines in the same moment come out as if one went first."""

from collections import Counter
from functools import partial

from hitl.cases import Case
from hitl.policy import Deadline, UseCase
from hitl.review import (
    AlreadyDecided,
    CaseDisputed,
    OverruleRefused,
    UndoRefused,
    overrule,
    submit,
    take_steps,
    undo,
    vote,
)
from hitl.storage.database import Database
from hitl.storage.queries import case_by_id
from hitl.storage.verification import first_break
from hitl.vocabulary import CaseState, Verdict
from tests.examples import moderation, post
from tests.replicas.test_races import Verb, at_once

ROUNDS = 40


def careful(needed: int = 2) -> UseCase:
    update = {"reviews_needed": needed, "adjudicators": ("@seniors",)}
    return moderation().model_copy(update=update)


async def open_case(database: Database, key: str, *, needed: int = 2) -> int:
    case, _ = await database.write(
        lambda tx: submit(tx, post(key), use_case=careful(needed), draw=0.5)
    )
    return case.id


def voting(
    case_id: int, reviewer: str, verdict: Verdict = Verdict.REJECT, *, needed: int = 2
) -> Verb:
    return lambda tx: vote(
        tx, case_id, verdict=verdict, reviewer=reviewer, use_case=careful(needed)
    )


async def test_of_four_votes_at_once_the_two_that_are_needed_count(
    replicas: list[Database],
) -> None:
    for number in range(ROUNDS):
        case_id = await open_case(replicas[0], f"post-{number}")
        answers = await at_once(replicas, *(voting(case_id, f"U{voter}") for voter in range(4)))
        assert Counter(map(type, answers)) == {Case: 2, AlreadyDecided: 2}
    assert await replicas[0].read(first_break) is None


async def test_of_votes_at_odds_at_once_two_make_the_dispute(replicas: list[Database]) -> None:
    for number in range(ROUNDS):
        case_id = await open_case(replicas[0], f"post-{number}")
        answers = await at_once(
            replicas,
            voting(case_id, "U0ANA", Verdict.REJECT),
            voting(case_id, "U0BEN", Verdict.APPROVE),
            voting(case_id, "U0DEV", Verdict.REJECT),
        )
        now = await replicas[1].read(partial(case_by_id, case_id=case_id))
        refused = [answer for answer in answers if not isinstance(answer, Case)]
        assert now.votes == 2
        expected = CaseDisputed if now.state is CaseState.DISPUTED else AlreadyDecided
        assert [type(answer) for answer in refused] == [expected]


async def test_a_decision_is_undone_or_overruled_and_never_both(replicas: list[Database]) -> None:
    for number in range(ROUNDS):
        case_id = await open_case(replicas[0], f"post-{number}", needed=1)
        await replicas[0].write(voting(case_id, "U0ANA", needed=1))
        undone, overruled = await at_once(
            replicas,
            partial(undo, case_id=case_id, by="U0ANA", use_case=careful(1)),
            partial(
                overrule,
                case_id=case_id,
                label="clean",
                by="U0LEA",
                reason="A quotation.",
                use_case=careful(1),
            ),
        )
        now = await replicas[2].read(partial(case_by_id, case_id=case_id))
        if now.state is CaseState.OPEN:
            assert undone == now
            assert isinstance(overruled, OverruleRefused)
        else:
            assert overruled == now
            assert isinstance(undone, UndoRefused)


async def test_of_a_dispute_and_the_deadline_at_once_one_comes_first(
    replicas: list[Database],
) -> None:
    for number in range(ROUNDS):
        case_id = await open_case(replicas[0], f"post-{number}")
        await replicas[0].write(voting(case_id, "U0ANA"))
        voted, steps = await at_once(
            replicas,
            voting(case_id, "U0BEN", Verdict.APPROVE),
            partial(take_steps, case_id=case_id, use_case=overdue()),
        )
        now = await replicas[2].read(partial(case_by_id, case_id=case_id))
        if now.state is CaseState.DISPUTED:
            # The deadline reminded those who settle it, and decided nothing.
            assert voted == now
            assert now.outcome is None
        else:
            assert isinstance(voted, AlreadyDecided)
            assert len(steps) == 1
            assert now.outcome is not None


def overdue() -> UseCase:
    """Due at once, whatever the clock says."""
    return careful().model_copy(update={"deadline": Deadline.model_construct(due="0s", then="ai")})
