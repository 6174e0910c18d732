"""A flagged outcome is watched: asked about once, until it is cleared, turned or undone."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from bot.scheduler.flags import recheck_flags
from hitl.cases import Case
from hitl.policy import Policy
from hitl.reports.answers import Flags
from hitl.reports.flags import flags_of
from hitl.reports.stats import stats
from hitl.review import NotFlagged, clear_flag, overrule, submit, undo, vote
from hitl.storage.database import Database
from hitl.storage.flags import flagged_cases
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.tables import outbox
from hitl.storage.verification import first_break
from hitl.vocabulary import Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import example_policy, post

POLICY = example_policy()
USE_CASE = POLICY.use_case("content-moderation").model_copy(
    update={"webhooks": ("https://caller.example/hitl",)}
)
ANA, BEN = "U0ANA", "U0BEN"


@pytest.fixture
def replica(database_url: str, clock: Clock) -> Iterator[Database]:
    """A second process's way to the same database."""
    database = Database(database_url, clock=clock)
    yield database
    database.close()


async def decided(
    database: Database, verdict: Verdict = Verdict.FLAG, *, key: str = "post-1"
) -> Case:
    case, _ = await database.write(lambda tx: submit(tx, post(key), use_case=USE_CASE, draw=0.5))
    return await press(database, case, verdict)


async def press(database: Database, case: Case, verdict: Verdict) -> Case:
    return await database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer=ANA, use_case=USE_CASE)
    )


async def take_back(database: Database, case: Case) -> None:
    await database.write(lambda tx: undo(tx, case.id, by=ANA, use_case=USE_CASE))


async def clear(database: Database, case: Case) -> Case:
    return await database.write(lambda tx: clear_flag(tx, case.id, by=BEN, use_case=USE_CASE))


async def watched(database: Database) -> list[int]:
    total, first = await database.read(lambda c: flagged_cases(c, USE_CASE.name, most=10))
    assert total == len(first)
    return [case.case_id for case in first]


async def counts(database: Database, clock: Clock) -> Flags:
    until = clock.now + timedelta(seconds=1)
    return await database.read(
        lambda c: flags_of(c, use_case=USE_CASE.name, since=MONDAY, until=until)
    )


async def events(database: Database, case: Case) -> list[tuple[str, str, Any]]:
    history = await database.read(lambda connection: case_history(connection, case.id))
    return [(event.type, event.actor, event.data) for event in history[2:]]


async def said(database: Database, kind: str) -> list[Any]:
    query = outbox.select().where(outbox.c.kind == kind).order_by(outbox.c.id)
    rows = await database.read(lambda connection: list(connection.execute(query)))
    return [row.payload for row in rows]


async def test_only_flagged_cases_are_watched(database: Database) -> None:
    flagged = await decided(database)
    await decided(database, Verdict.APPROVE, key="post-2")
    assert await watched(database) == [flagged.id]


async def test_clearing_keeps_the_decision_and_tells_callers_of_a_revision(
    database: Database, clock: Clock
) -> None:
    case = await decided(database)
    clock.advance(hours=30)
    cleared = await clear(database, case)
    stored = await database.read(lambda c: case_by_id(c, case.id))
    assert stored == cleared
    before, after = case.outcome, stored.outcome
    assert before is not None
    assert after is not None
    assert (after.verdict, after.label, after.reviewer) == (Verdict.FLAG, "clean", ANA)
    assert (after.decided_at, after.revision, after.flagged) == (before.decided_at, 2, False)
    assert await events(database, case) == [("flag_cleared", BEN, {"label": "clean"})]
    last = (await said(database, "webhook"))[-1]["body"]
    assert (last["type"], last["data"]["outcome"]["flagged"]) == ("case.revised", False)
    assert await watched(database) == []
    assert await database.read(first_break) is None


async def test_clearing_changes_no_figure_of_how_people_decided(
    database: Database, clock: Clock
) -> None:
    case = await decided(database)
    clock.advance(days=2)

    async def figures() -> tuple[Any, Any]:
        found = await database.read(
            lambda c: stats(c, use_case=USE_CASE, since=MONDAY, until=clock.now)
        )
        return found.verdicts, found.waiting

    before = await figures()
    await clear(database, case)
    assert await figures() == before


async def test_a_flag_is_cleared_once(database: Database, replica: Database) -> None:
    case = await decided(database)
    ends = await asyncio.gather(
        *(clear(each, case) for each in (database, replica) * 4), return_exceptions=True
    )
    assert sum(isinstance(end, Case) for end in ends) == 1
    assert sum(isinstance(end, NotFlagged) for end in ends) == 7


async def test_what_is_not_flagged_can_not_be_cleared(database: Database) -> None:
    case = await decided(database, Verdict.REJECT)
    with pytest.raises(NotFlagged, match="Case 1 is not flagged any more"):
        await clear(database, case)


async def test_reviewers_are_asked_once_and_not_before_time(
    database: Database, replica: Database, clock: Clock
) -> None:
    case = await decided(database)
    clock.advance(hours=23, minutes=59)
    await recheck_flags(database, POLICY)
    assert await said(database, "thread.reply") == []
    clock.advance(minutes=1)
    await asyncio.gather(*(recheck_flags(each, POLICY) for each in (database, replica) * 4))
    clock.advance(days=30)
    await recheck_flags(database, POLICY)
    assert await said(database, "thread.reply") == [{"says": "recheck", "called": ["@moderators"]}]
    assert await events(database, case) == [("recheck_asked", "policy", {"to": ["@moderators"]})]
    assert await watched(database) == [case.id]


async def test_a_changed_policy_counts_for_flags_that_are_set(
    database: Database, clock: Clock
) -> None:
    await decided(database)
    clock.advance(hours=1)
    sooner = USE_CASE.model_copy(update={"recheck_after": "1h"})
    await recheck_flags(database, Policy(use_cases={sooner.name: sooner}))
    assert len(await said(database, "thread.reply")) == 1


async def test_nobody_is_asked_about_a_flag_that_was_cleared(
    database: Database, clock: Clock
) -> None:
    await clear(database, await decided(database))
    clock.advance(hours=24)
    await recheck_flags(database, POLICY)
    assert await said(database, "thread.reply") == []


async def test_the_digest_counts_what_became_of_flags(database: Database, clock: Clock) -> None:
    cases = [await decided(database, key=f"post-{number}") for number in range(4)]
    for case in cases[:2]:
        await take_back(database, case)
    await press(database, cases[1], Verdict.REJECT)
    clock.advance(days=3)
    await clear(database, cases[2])
    assert await counts(database, clock) == Flags(set=2, cleared=1, turned=0, watched=1)


@pytest.mark.parametrize(
    ("label", "counted"),
    [("violation", Flags(1, 0, 1, 0)), ("clean", Flags(1, 1, 0, 0))],
)
async def test_overruling_ends_the_watching(
    database: Database, clock: Clock, label: str, counted: Flags
) -> None:
    case = await decided(database)
    clock.advance(days=1)
    await database.write(
        lambda tx: overrule(
            tx, case.id, label=label, by=BEN, reason="Seen twice", use_case=USE_CASE
        )
    )
    assert await watched(database) == []
    assert await counts(database, clock) == counted


async def test_a_flag_set_again_after_an_undo_is_a_new_one(
    database: Database, clock: Clock
) -> None:
    case = await decided(database)
    clock.advance(minutes=1)
    await take_back(database, case)
    assert await watched(database) == []
    await press(database, case, Verdict.FLAG)
    assert await watched(database) == [case.id]
    assert await counts(database, clock) == Flags(set=1, cleared=0, turned=0, watched=1)
