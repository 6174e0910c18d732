"""What was decided can be overruled with a reason; both outcomes are kept, one stands."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from hitl.cases import Case, Overruled
from hitl.reports.stats import stats
from hitl.review import (
    CaseWithdrawn,
    LabelUnknown,
    OverruleRefused,
    UndoRefused,
    overrule,
    submit,
    undo,
    vote,
    withdraw,
)
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.tables import outbox, outcomes
from hitl.storage.verification import first_break
from hitl.vocabulary import By, CaseState, Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import moderation, post

ANA, LEA = "U0ANA", "U0LEA"
CALLER = "https://caller.example/told"


async def submitted(database: Database, *, violation: float = 0.70) -> Case:
    made, _ = await database.write(
        lambda tx: submit(
            tx, post(violation=violation, callback_url=CALLER), use_case=moderation(), draw=0.5
        )
    )
    return made


async def decided(
    database: Database, case: Case, *, by: str = ANA, verdict: Verdict = Verdict.REJECT
) -> Case:
    return await database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer=by, use_case=moderation())
    )


async def overruled(
    database: Database,
    case: Case,
    *,
    label: str = "clean",
    by: str = LEA,
    reason: str = "It quotes a film.",
) -> Case:
    return await database.write(
        lambda tx: overrule(tx, case.id, label=label, by=by, reason=reason, use_case=moderation())
    )


async def test_the_new_outcome_stands_and_names_the_one_before(
    database: Database, clock: Clock
) -> None:
    case = await decided(database, await submitted(database))
    clock.advance(hours=5)
    revised = await overruled(database, case)
    outcome = revised.outcome
    assert outcome is not None
    assert (outcome.verdict, outcome.label, outcome.revision) == (Verdict.APPROVE, "clean", 2)
    assert (outcome.reviewer, outcome.note) == (LEA, "It quotes a film.")
    assert outcome.decided_at == clock.now
    assert outcome.overruled == Overruled(Verdict.REJECT, "violation", By.REVIEWER, ANA)
    assert await database.read(lambda connection: case_by_id(connection, case.id)) == revised
    history = await database.read(lambda connection: case_history(connection, case.id))
    assert (history[-1].type, history[-1].actor) == ("overruled", LEA)
    assert await database.read(first_break) is None


async def test_what_the_ai_decided_can_be_overruled(database: Database) -> None:
    case = await submitted(database, violation=0.99)
    outcome = (await overruled(database, case)).outcome
    assert outcome is not None
    assert outcome.overruled == Overruled(Verdict.REJECT, "violation", By.AI, None)


async def test_every_outcome_is_kept_and_one_is_current(database: Database) -> None:
    case = await decided(database, await submitted(database))
    for label in ("clean", "violation", "clean"):
        await overruled(database, case, label=label)
    kept = await database.read(
        lambda connection: connection.execute(select(outcomes).order_by(outcomes.c.id)).all()
    )
    assert [row.label for row in kept] == ["violation", "clean", "violation", "clean"]
    assert [row.is_current for row in kept] == [False, False, False, True]


async def test_what_stands_already_is_not_overruled_but_a_flag_is_taken_off(
    database: Database,
) -> None:
    case = await decided(database, await submitted(database), verdict=Verdict.FLAG)
    outcome = (await overruled(database, case)).outcome
    assert outcome is not None
    assert (outcome.label, outcome.flagged) == ("clean", False)
    with pytest.raises(OverruleRefused, match="clean stands already"):
        await overruled(database, case)


async def test_only_what_is_decided_is_overruled(database: Database) -> None:
    case = await submitted(database)
    with pytest.raises(OverruleRefused, match="it is not decided"):
        await overruled(database, case)
    await database.write(lambda tx: withdraw(tx, case.id, by="caller"))
    with pytest.raises(CaseWithdrawn):
        await overruled(database, case)


async def test_a_reason_and_a_known_label_are_needed(database: Database) -> None:
    case = await decided(database, await submitted(database))
    with pytest.raises(OverruleRefused, match="a reason is needed"):
        await overruled(database, case, reason=" ")
    with pytest.raises(LabelUnknown):
        await overruled(database, case, label="spam")


async def test_callers_are_told_of_the_revision(database: Database) -> None:
    case = await decided(database, await submitted(database))
    await overruled(database, case)
    rows = await database.read(
        lambda connection: connection.execute(
            select(outbox).where(outbox.c.kind == Kind.WEBHOOK).order_by(outbox.c.id)
        ).all()
    )
    body = rows[-1].payload["body"]
    assert body["type"] == "case.revised"
    assert (body["data"]["state"], body["data"]["outcome"]["label"]) == ("decided", "clean")


@pytest.mark.parametrize("by", [ANA, LEA])
async def test_what_overruled_is_not_undone_nor_what_was_overruled(
    database: Database, by: str
) -> None:
    case = await decided(database, await submitted(database), by=LEA)
    await overruled(database, case)
    with pytest.raises(UndoRefused):
        await database.write(lambda tx: undo(tx, case.id, by=by, use_case=moderation()))
    now = await database.read(lambda connection: case_by_id(connection, case.id))
    assert now.state is CaseState.DECIDED


async def test_figures_follow_the_outcome_that_stands(database: Database, clock: Clock) -> None:
    clock.advance(seconds=40)
    case = await decided(database, await submitted(database))
    clock.advance(days=2)
    await overruled(database, case)
    until = clock.now + timedelta(seconds=1)
    found = await database.read(
        lambda connection: stats(connection, use_case=moderation(), since=MONDAY, until=until)
    )
    assert found.verdicts == {Verdict.APPROVE: 1}
    assert found.agreement is not None
    assert found.agreement.hits == 0
    # Nobody waited two days for a decision.
    assert found.waiting is None
