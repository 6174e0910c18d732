"""Whoever decided a case can take that back for a while, and nobody else can."""

from typing import Any

import pytest
from sqlalchemy import select

from hitl.cases import Case
from hitl.policy import Deadline, UseCase
from hitl.reports.stats import stats
from hitl.review import UndoRefused, submit, take_steps, undo, vote, withdraw
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.tables import outbox, outcomes, reviews, slack_messages
from hitl.storage.verification import first_break
from hitl.vocabulary import CaseState, Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import moderation, post

ANA, BEN = "U0ANA", "U0BEN"
CALLER = "https://caller.example/told"


@pytest.fixture
async def case(database: Database) -> Case:
    made, _ = await database.write(
        lambda tx: submit(tx, post(callback_url=CALLER), use_case=moderation(), draw=0.5)
    )
    return made


async def decided(
    database: Database, case: Case, *, by: str = ANA, verdict: Verdict = Verdict.REJECT
) -> Case:
    return await database.write(
        lambda tx: vote(
            tx, case.id, verdict=verdict, reviewer=by, use_case=moderation(), note="sure"
        )
    )


async def undone(
    database: Database, case: Case, *, by: str = ANA, use_case: UseCase | None = None
) -> Case:
    return await database.write(
        lambda tx: undo(tx, case.id, by=by, use_case=use_case or moderation())
    )


async def rows(database: Database, statement: Any) -> list[Any]:
    return await database.read(lambda connection: list(connection.execute(statement).all()))


async def test_an_undone_case_waits_again_and_keeps_what_was_decided(
    database: Database, case: Case, clock: Clock
) -> None:
    await decided(database, case)
    clock.advance(seconds=120)
    waiting = await undone(database, case)
    assert (waiting.state, waiting.outcome) == (CaseState.OPEN, None)
    assert await database.read(lambda connection: case_by_id(connection, case.id)) == waiting
    [kept] = await rows(database, select(outcomes))
    assert (kept.label, kept.is_current) == ("violation", False)
    history = await database.read(lambda connection: case_history(connection, case.id))
    assert [(event.type, event.actor) for event in history[1:]] == [
        ("decided", ANA),
        ("undone", ANA),
    ]
    assert await database.read(first_break) is None


async def test_who_undid_may_decide_anew_and_so_may_anyone(
    database: Database, case: Case, clock: Clock
) -> None:
    for revision, by in enumerate((ANA, ANA, BEN), start=1):
        outcome = (await decided(database, case, by=by)).outcome
        assert outcome is not None
        assert outcome.revision == revision
        clock.advance(seconds=1)
        await undone(database, case, by=by)
    assert len(await rows(database, select(reviews))) == 3


async def test_nobody_undoes_what_somebody_else_decided(database: Database, case: Case) -> None:
    await decided(database, case)
    with pytest.raises(UndoRefused, match="somebody else decided it"):
        await undone(database, case, by=BEN)


async def test_undoing_ends_with_its_time(database: Database, case: Case, clock: Clock) -> None:
    await decided(database, case)
    clock.advance(seconds=120.001)
    with pytest.raises(UndoRefused, match="possible for 2m only"):
        await undone(database, case)


async def test_where_the_policy_gives_no_time_nothing_is_undone(
    database: Database, case: Case
) -> None:
    await decided(database, case)
    never = moderation().model_copy(update={"undo_within": "0s"})
    with pytest.raises(UndoRefused, match="the policy gives no time"):
        await undone(database, case, use_case=never)


async def test_a_case_is_undone_once(database: Database, case: Case) -> None:
    with pytest.raises(UndoRefused, match="it is open, not decided"):
        await undone(database, case)
    await decided(database, case)
    await undone(database, case)
    with pytest.raises(UndoRefused, match="it is open, not decided"):
        await undone(database, case)


async def test_callers_are_told_that_no_outcome_stands_any_more(
    database: Database, case: Case
) -> None:
    await decided(database, case)
    await undone(database, case)
    await decided(database, case, verdict=Verdict.APPROVE)
    sent = await rows(
        database, select(outbox).where(outbox.c.kind == Kind.WEBHOOK).order_by(outbox.c.id)
    )
    told = [row.payload["body"] for row in sent]
    assert [body["type"] for body in told] == ["case.decided", "case.revised", "case.decided"]
    assert (told[1]["data"]["state"], told[1]["data"]["outcome"]) == ("open", None)
    assert told[2]["data"]["outcome"]["revision"] == 2
    assert len({row.stream for row in sent}) == 1


async def test_a_case_decided_before_its_card_was_posted_gets_one(
    database: Database, case: Case
) -> None:
    await decided(database, case)
    await undone(database, case)
    kinds = [row.kind for row in await rows(database, select(outbox).order_by(outbox.c.id))]
    assert kinds.count(Kind.CARD_POST) == 2


async def test_a_card_that_stands_is_rewritten_and_not_posted_again(
    database: Database, case: Case
) -> None:
    place = {"case_id": case.id, "channel": "C0MOD", "ts": "1.1", "posted_at": MONDAY}
    await database.write(lambda tx: tx.connection.execute(slack_messages.insert(), place))
    await decided(database, case)
    await undone(database, case)
    posts = await rows(database, select(outbox).where(outbox.c.kind == Kind.CARD_POST))
    assert len(posts) == 1


async def test_an_undone_case_can_be_withdrawn(database: Database, case: Case) -> None:
    await decided(database, case)
    await undone(database, case)
    gone = await database.write(lambda tx: withdraw(tx, case.id, by="caller"))
    assert (gone.state, gone.outcome) == (CaseState.WITHDRAWN, None)


async def test_a_deadline_decides_what_was_undone_as_a_new_revision(
    database: Database, case: Case, clock: Clock
) -> None:
    due = moderation().model_copy(
        update={"deadline": Deadline(due="1h", then="ai"), "undo_within": "3h"}
    )
    await decided(database, case)
    clock.advance(hours=2)
    await undone(database, case, use_case=due)
    await database.write(lambda tx: take_steps(tx, case.id, use_case=due))
    outcome = (await database.read(lambda connection: case_by_id(connection, case.id))).outcome
    assert outcome is not None
    assert (outcome.by, outcome.revision) == ("deadline", 2)
    with pytest.raises(UndoRefused, match="somebody else decided it"):
        await undone(database, case, use_case=due)


async def test_an_undone_verdict_is_not_counted_but_its_cost_is(
    database: Database, case: Case, clock: Clock
) -> None:
    await decided(database, case)
    await undone(database, case)
    await decided(database, case, by=BEN, verdict=Verdict.APPROVE)
    clock.advance(seconds=1)
    found = await database.read(
        lambda connection: stats(connection, use_case=moderation(), since=MONDAY, until=clock.now)
    )
    assert found.verdicts == {Verdict.APPROVE: 1}
    assert found.cost is not None
    assert found.cost.review == 4.0
