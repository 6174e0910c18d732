"""Where a policy needs several people, they must agree, and a dispute goes to somebody else."""

import asyncio
from collections import Counter
from typing import Any

import pytest
from sqlalchemy import select

from hitl.cases import Case
from hitl.policy import Deadline, UseCase
from hitl.reports.stats import stats
from hitl.review import (
    AdjudicationRefused,
    AlreadyDecided,
    AlreadyVoted,
    CaseDisputed,
    LabelNotAllowed,
    UndoRefused,
    adjudicate,
    claim_next,
    submit,
    take_steps,
    undo,
    vote,
    withdraw,
)
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.tables import outbox, reviews
from hitl.storage.verification import first_break
from hitl.vocabulary import CaseState, Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import moderation, post

ANA, BEN, SUE = "U0ANA", "U0BEN", "U0SUE"
APPROVE, REJECT, FLAG = Verdict.APPROVE, Verdict.REJECT, Verdict.FLAG


def careful(**changes: Any) -> UseCase:
    update = {"reviews_needed": 2, "adjudicators": ("@seniors",), **changes}
    return moderation().model_copy(update=update)


@pytest.fixture
async def case(database: Database) -> Case:
    made, _ = await database.write(
        lambda tx: submit(
            tx, post(callback_url="https://caller.example/"), use_case=careful(), draw=0.5
        )
    )
    return made


async def voted(
    database: Database, case: Case, by: str, verdict: Verdict, *, note: str | None = None
) -> Case:
    return await database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer=by, use_case=careful(), note=note)
    )


async def disputed(database: Database, case: Case) -> Case:
    await voted(database, case, ANA, REJECT, note="A slur.")
    return await voted(database, case, BEN, APPROVE, note="A quotation.")


async def settled(database: Database, case: Case, by: str = SUE, verdict: Verdict = REJECT) -> Case:
    return await database.write(
        lambda tx: adjudicate(
            tx, case.id, verdict=verdict, reviewer=by, use_case=careful(), note="It is one."
        )
    )


async def sent(database: Database, kind: Kind) -> list[Any]:
    chosen = select(outbox.c.payload).where(outbox.c.kind == kind).order_by(outbox.c.id)
    return await database.read(lambda connection: list(connection.execute(chosen).scalars()))


async def events(database: Database, case: Case) -> list[tuple[str, str]]:
    history = await database.read(lambda connection: case_history(connection, case.id))
    return [(event.type, event.actor) for event in history[1:]]


async def test_the_first_vote_leaves_the_case_open_and_tells_callers_nothing(
    database: Database, case: Case
) -> None:
    waiting = await voted(database, case, ANA, REJECT)
    assert (waiting.state, waiting.outcome, waiting.votes) == (CaseState.OPEN, None, 1)
    assert await database.read(lambda connection: case_by_id(connection, case.id)) == waiting
    assert await sent(database, Kind.WEBHOOK) == []


async def test_two_who_agree_decide(database: Database, case: Case) -> None:
    await voted(database, case, ANA, REJECT, note="A slur.")
    decided = await voted(database, case, BEN, REJECT)
    assert decided.outcome is not None
    assert (decided.outcome.label, decided.outcome.reviewer) == ("violation", BEN)
    assert await events(database, case) == [("voted", ANA), ("voted", BEN), ("decided", BEN)]
    assert len(await sent(database, Kind.WEBHOOK)) == 1
    assert await database.read(first_break) is None


async def test_a_flag_by_one_who_agrees_flags_the_outcome(database: Database, case: Case) -> None:
    await voted(database, case, ANA, FLAG)
    outcome = (await voted(database, case, BEN, APPROVE)).outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.label, outcome.flagged) == (FLAG, "clean", True)


async def test_nobody_votes_twice(database: Database, case: Case) -> None:
    await voted(database, case, ANA, REJECT)
    for verdict in (REJECT, APPROVE):
        with pytest.raises(AlreadyVoted, match="already voted on case 1; another person must"):
            await voted(database, case, ANA, verdict)


async def test_two_labels_are_a_dispute_that_adjudicators_hear_of(
    database: Database, case: Case
) -> None:
    now = await disputed(database, case)
    assert (now.state, now.outcome) == (CaseState.DISPUTED, None)
    assert await sent(database, Kind.THREAD_REPLY) == [{"says": "disputed", "called": ["@seniors"]}]
    assert await sent(database, Kind.WEBHOOK) == []
    with pytest.raises(CaseDisputed):
        await voted(database, case, SUE, APPROVE)


async def test_an_adjudicator_ends_the_dispute_and_the_votes_are_kept(
    database: Database, case: Case
) -> None:
    await disputed(database, case)
    decided = await settled(database, case)
    assert decided.outcome is not None
    assert (decided.outcome.label, decided.outcome.reviewer) == ("violation", SUE)
    assert decided.outcome.note == "It is one."
    assert (await events(database, case))[-1] == ("adjudicated", SUE)
    assert len(await sent(database, Kind.WEBHOOK)) == 1
    assert await database.read(first_break) is None
    kept = await database.read(
        lambda connection: connection.execute(select(reviews).order_by(reviews.c.id)).all()
    )
    assert [(row.reviewer, row.is_adjudication) for row in kept] == [
        (ANA, False),
        (BEN, False),
        (SUE, True),
    ]


@pytest.mark.parametrize("voter", [ANA, BEN])
async def test_who_voted_does_not_adjudicate(database: Database, case: Case, voter: str) -> None:
    await disputed(database, case)
    with pytest.raises(AdjudicationRefused, match="you have voted on it"):
        await settled(database, case, by=voter)


async def test_without_a_dispute_nothing_is_adjudicated(database: Database, case: Case) -> None:
    with pytest.raises(AdjudicationRefused, match="nobody disagrees"):
        await settled(database, case)
    await disputed(database, case)
    await settled(database, case)
    with pytest.raises(AlreadyDecided):
        await settled(database, case, by="U0SAM")


async def test_a_refused_label_leaves_the_dispute(database: Database, case: Case) -> None:
    await disputed(database, case)
    with pytest.raises(LabelNotAllowed):
        await database.write(
            lambda tx: adjudicate(
                tx, case.id, verdict=REJECT, label="clean", reviewer=SUE, use_case=careful()
            )
        )
    now = await database.read(lambda connection: case_by_id(connection, case.id))
    assert now.state is CaseState.DISPUTED


async def test_undoing_the_vote_that_settled_leaves_the_other(
    database: Database, case: Case
) -> None:
    await voted(database, case, ANA, REJECT)
    await voted(database, case, BEN, REJECT)
    waiting = await database.write(lambda tx: undo(tx, case.id, by=BEN, use_case=careful()))
    assert (waiting.state, waiting.votes) == (CaseState.OPEN, 1)
    assert (await voted(database, case, BEN, REJECT)).state is CaseState.DECIDED


async def test_a_vote_that_settled_nothing_is_taken_back_by_its_voter_in_time(
    database: Database, case: Case, clock: Clock
) -> None:
    def undoing(by: str) -> Any:
        return database.write(lambda tx: undo(tx, case.id, by=by, use_case=careful()))

    await voted(database, case, ANA, REJECT)
    with pytest.raises(UndoRefused, match="it is open, not decided"):
        await undoing(BEN)
    waiting = await undoing(ANA)
    assert (waiting.state, waiting.votes) == (CaseState.OPEN, 0)
    assert await database.read(lambda connection: case_by_id(connection, case.id)) == waiting
    assert await sent(database, Kind.WEBHOOK) == []
    await voted(database, case, ANA, APPROVE)
    clock.advance(minutes=3)
    with pytest.raises(UndoRefused, match="possible for 2m only"):
        await undoing(ANA)
    assert await database.read(first_break) is None


async def test_a_dispute_is_not_undone(database: Database, case: Case) -> None:
    await disputed(database, case)
    with pytest.raises(UndoRefused, match="it is disputed, not decided"):
        await database.write(lambda tx: undo(tx, case.id, by=BEN, use_case=careful()))


async def test_undoing_an_adjudication_brings_the_dispute_back(
    database: Database, case: Case
) -> None:
    await disputed(database, case)
    await settled(database, case)
    again = await database.write(lambda tx: undo(tx, case.id, by=SUE, use_case=careful()))
    assert (again.state, again.votes) == (CaseState.DISPUTED, 2)
    assert (await settled(database, case, verdict=APPROVE)).state is CaseState.DECIDED


async def test_a_disputed_case_can_be_withdrawn(database: Database, case: Case) -> None:
    await disputed(database, case)
    gone = await database.write(lambda tx: withdraw(tx, case.id, by="caller"))
    assert gone.state is CaseState.WITHDRAWN


async def test_a_deadline_does_not_end_a_dispute_but_its_adjudicators_are_reminded(
    database: Database, case: Case, clock: Clock
) -> None:
    await disputed(database, case)
    due = careful(deadline=Deadline(remind=("30m",), due="1h", then="ai"))
    said = []
    for _ in range(3):
        clock.advance(minutes=31)
        steps = await database.write(lambda tx: take_steps(tx, case.id, use_case=due))
        said.append([type(step).__name__ for step in steps])
    assert said == [["Remind"], ["End"], []]
    assert (await database.read(lambda c: case_by_id(c, case.id))).state is CaseState.DISPUTED
    rows = await database.read(lambda c: c.execute(select(outbox.c.payload)).scalars().all())
    asked = [row for row in rows if row.get("says") in {"dispute_reminder", "overdue"}]
    assert [row["called"] for row in asked] == [list(due.who_adjudicates)] * 2


async def test_nobody_is_served_what_they_voted_on_or_what_is_disputed(
    database: Database, case: Case
) -> None:
    async def served(reviewer: str) -> Case | None:
        return await database.write(
            lambda tx: claim_next(tx, use_case=careful(), reviewer=reviewer)
        )

    assert await served(ANA)
    await voted(database, case, ANA, REJECT)
    assert await served(ANA) is None
    assert await served(BEN)
    await voted(database, case, BEN, APPROVE)
    assert await served(SUE) is None


async def test_every_vote_costs(database: Database, case: Case, clock: Clock) -> None:
    await disputed(database, case)
    await settled(database, case)
    clock.advance(seconds=1)
    found = await database.read(
        lambda connection: stats(connection, use_case=careful(), since=MONDAY, until=clock.now)
    )
    assert found.verdicts == {REJECT: 1}
    assert found.cost is not None
    assert found.cost.review == 6.0


async def test_of_many_last_votes_at_once_two_count(database: Database, case: Case) -> None:
    async def press(number: int) -> Case:
        return await voted(database, case, f"U{number}", REJECT)

    answers = await asyncio.gather(*(press(number) for number in range(12)), return_exceptions=True)
    kinds = Counter(type(answer) for answer in answers)
    assert kinds == {Case: 2, AlreadyDecided: 10}


async def test_a_vote_and_its_opposite_at_once_are_a_dispute(
    database: Database, case: Case
) -> None:
    await asyncio.gather(voted(database, case, ANA, REJECT), voted(database, case, BEN, APPROVE))
    now = await database.read(lambda connection: case_by_id(connection, case.id))
    assert now.state is CaseState.DISPUTED
