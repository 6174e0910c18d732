"""Time takes each step of a case once, and decides it only where nobody else did."""

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Connection, Row, event

from hitl.cases import Case
from hitl.deadlines import Remind, Step
from hitl.errors import HitlError
from hitl.policy import Deadline, UseCase
from hitl.review import AlreadyDecided, submit, take_steps, vote, withdraw
from hitl.routing import Prediction
from hitl.storage.database import Database
from hitl.storage.progress import cases_with_steps_due
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.tables import outbox
from hitl.vocabulary import By, CaseState, Verdict
from tests.conftest import Clock
from tests.examples import digits, moderation, post
from tests.posted import record_posted_card

ANA = "U0ANA"


def with_deadline(use_case: UseCase | None = None, **settings: Any) -> UseCase:
    deadline = Deadline.model_validate(settings)
    return (use_case or moderation()).model_copy(update={"deadline": deadline})


FULL = with_deadline(
    remind=["30m", "2h"],
    hand_over=[{"after": "1h", "to": "@seniors"}],
    due="4h",
    then={"to": "@boss"},
)
AI_DECIDES = with_deadline(due="4h", then="ai")


@pytest.fixture
def replica(database_url: str, clock: Clock) -> Iterator[Database]:
    """A second process's way to the same database."""
    database = Database(database_url, clock=clock)
    yield database
    database.close()


async def waiting(database: Database, use_case: UseCase = FULL, *, key: str = "post-1") -> Case:
    """A case whose card stands in its channel."""
    case, _ = await database.write(lambda tx: submit(tx, post(key), use_case=use_case, draw=0.5))
    await database.write(lambda tx: record_posted_card(tx, case.id))
    return case


async def take(database: Database, case: Case, use_case: UseCase = FULL) -> tuple[Step, ...]:
    return await database.write(lambda tx: take_steps(tx, case.id, use_case=use_case))


async def press(database: Database, case: Case, verdict: Verdict = Verdict.APPROVE) -> Case:
    return await database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer=ANA, use_case=AI_DECIDES)
    )


async def due(database: Database, clock: Clock, use_case: UseCase = FULL) -> list[int]:
    return await database.read(lambda c: cases_with_steps_due(c, use_case, now=clock.now))


async def stored(database: Database, case: Case) -> Case:
    return await database.read(lambda connection: case_by_id(connection, case.id))


async def events(database: Database, case: Case) -> list[tuple[str, str, Any]]:
    history = await database.read(lambda connection: case_history(connection, case.id))
    return [(event.type, event.actor, event.data) for event in history[1:]]


async def sendings(database: Database) -> list[Row[Any]]:
    """What must be sent besides the cards' first posts."""
    query = outbox.select().where(outbox.c.kind != "card.post").order_by(outbox.c.id)
    return await database.read(lambda connection: list(connection.execute(query)))


async def test_a_case_takes_its_steps_one_by_one(database: Database, clock: Clock) -> None:
    case = await waiting(database)
    for minutes in (30, 30, 60, 120):
        assert await take(database, case) == ()
        clock.advance(minutes=minutes)
        assert await due(database, clock) == [case.id]
        assert len(await take(database, case)) == 1
        assert await due(database, clock) == []
    clock.advance(days=9)
    assert await take(database, case) == ()
    everyone = ["@moderators", "@seniors"]
    assert await events(database, case) == [
        ("reminded", "deadline", {"to": ["@moderators"]}),
        ("handed_over", "deadline", {"to": ["@seniors"]}),
        ("reminded", "deadline", {"to": everyone}),
        ("overdue", "deadline", {"to": ["@boss"]}),
    ]
    assert [(row.kind, row.payload) for row in await sendings(database)] == [
        ("thread.reply", {"says": "reminder", "called": ["@moderators"]}),
        ("thread.reply", {"says": "next_in_line", "called": ["@seniors"]}),
        ("card.update", {}),
        ("thread.reply", {"says": "reminder", "called": everyone}),
        ("thread.reply", {"says": "overdue", "called": ["@boss"]}),
        ("card.update", {}),
    ]
    assert (await stored(database, case)).state is CaseState.OPEN


async def test_after_a_downtime_what_was_missed_is_made_up_for_once(
    database: Database, clock: Clock
) -> None:
    case = await waiting(database)
    clock.advance(days=2)
    assert await due(database, clock) == [case.id]
    await take(database, case)
    assert [event for event, *_ in await events(database, case)] == ["handed_over", "overdue"]
    assert await due(database, clock) == []


async def test_an_overdue_case_that_waits_calls_everyone_who_may_decide(
    database: Database, clock: Clock
) -> None:
    patient = with_deadline(hand_over=[{"after": "1h", "to": "@seniors"}], due="4h")
    case = await waiting(database, patient)
    clock.advance(hours=4)
    await take(database, case, patient)
    [*_, last] = await events(database, case)
    assert last == ("overdue", "deadline", {"to": ["@moderators", "@seniors"]})


@pytest.mark.parametrize(
    ("then", "verdict", "label", "flagged"),
    [
        ("ai", Verdict.REJECT, "violation", False),
        ("approve", Verdict.APPROVE, "clean", False),
        ("reject", Verdict.REJECT, "violation", False),
        ("flag", Verdict.FLAG, "clean", True),
    ],
)
async def test_an_end_that_decides_stores_the_outcome_of_the_deadline(
    database: Database, clock: Clock, then: str, verdict: Verdict, label: str, flagged: bool
) -> None:
    use_case = with_deadline(remind=["1h"], due="4h", then=then)
    case = await waiting(database, use_case)
    clock.advance(hours=4)
    assert len(await take(database, case, use_case)) == 1
    decided = await stored(database, case)
    assert decided.outcome is not None
    assert (decided.state, decided.outcome.by) == (CaseState.DECIDED, By.DEADLINE)
    assert (decided.outcome.verdict, decided.outcome.label) == (verdict, label)
    assert (decided.outcome.reviewer, decided.outcome.flagged) == (None, flagged)
    assert decided.outcome.decided_at == clock.now
    told = ("decided", "deadline", {"verdict": verdict, "label": label})
    assert await events(database, case) == [told]
    sent = [(row.kind, row.payload.get("says")) for row in await sendings(database)]
    assert sent == [("card.update", None), ("thread.reply", "decided_by_deadline")]
    assert await due(database, clock, use_case) == []


async def test_callers_are_told_of_a_deadlines_decision(database: Database, clock: Clock) -> None:
    submission = post(callback_url="https://caller.example/hitl")
    case, _ = await database.write(lambda tx: submit(tx, submission, use_case=AI_DECIDES, draw=0.5))
    clock.advance(hours=4)
    await take(database, case, AI_DECIDES)
    [webhook] = [row for row in await sendings(database) if row.kind == "webhook"]
    assert webhook.payload["body"]["type"] == "case.decided"
    assert webhook.payload["body"]["data"]["outcome"]["by"] == "deadline"


async def test_a_label_that_has_left_the_policy_is_not_let_stand(
    database: Database, clock: Clock
) -> None:
    nine = post(prediction=Prediction(scores={"9": 0.6}))
    case, _ = await database.write(lambda tx: submit(tx, nine, use_case=digits(), draw=0.5))
    fewer = {label: rule for label, rule in digits().labels.items() if label != "9"}
    use_case = with_deadline(digits().model_copy(update={"labels": fewer}), due="4h", then="ai")
    clock.advance(hours=4)
    await take(database, case, use_case)
    assert [event for event, *_ in await events(database, case)] == ["overdue"]
    assert await due(database, clock, use_case) == []


async def test_a_case_that_is_closed_takes_no_steps(database: Database, clock: Clock) -> None:
    decided, withdrawn = await waiting(database), await waiting(database, key="post-2")
    await press(database, decided)
    await database.write(lambda tx: withdraw(tx, withdrawn.id, by="caller"))
    clock.advance(days=1)
    assert await due(database, clock) == []
    for case in (decided, withdrawn):
        assert await take(database, case, AI_DECIDES) == ()
    outcome = (await stored(database, decided)).outcome
    assert outcome is not None
    assert outcome.reviewer == ANA


async def test_whoever_clicks_after_the_deadline_is_told_that_it_decided(
    database: Database, clock: Clock
) -> None:
    case = await waiting(database, AI_DECIDES)
    clock.advance(hours=4)
    await take(database, case, AI_DECIDES)
    with pytest.raises(AlreadyDecided, match="already decided by the deadline: violation"):
        await press(database, case)


async def test_of_a_click_and_the_deadline_at_once_exactly_one_decides(
    database: Database, replica: Database, clock: Clock
) -> None:
    cases = [await waiting(database, AI_DECIDES, key=f"post-{n}") for n in range(30)]
    clock.advance(hours=4)

    async def race(case: Case, place: int) -> tuple[object, list[tuple[Step, ...]]]:
        # Whoever is queued first has the better start: each has it every other time.
        clicks = [press(database, case)]
        takes = [take(each, case, AI_DECIDES) for each in (replica, database)]
        entrants = [*clicks, *takes] if place % 2 else [*takes, *clicks]
        ends: list[Any] = await asyncio.gather(*entrants, return_exceptions=True)
        pressed = next(end for end in ends if isinstance(end, Case | HitlError))
        return pressed, [end for end in ends if end is not pressed]

    raced = await asyncio.gather(*(race(case, place) for place, case in enumerate(cases)))
    for case, (pressed, taken) in zip(cases, raced, strict=True):
        outcome = (await stored(database, case)).outcome
        assert outcome is not None
        if isinstance(pressed, AlreadyDecided):
            assert sorted(map(len, taken)) == [0, 1]
            assert (outcome.by, pressed.outcome.by) == (By.DEADLINE, By.DEADLINE)
        else:
            assert isinstance(pressed, Case)
            assert list(map(len, taken)) == [0, 0]
            assert outcome.by is By.REVIEWER
        assert [event for event, *_ in await events(database, case)] == ["decided"]


async def test_of_many_processes_at_once_one_takes_a_step(
    database: Database, replica: Database, clock: Clock
) -> None:
    cases = [await waiting(database, key=f"post-{n}") for n in range(20)]
    clock.advance(minutes=30)
    taken = await asyncio.gather(
        *(take(each, case) for case in cases for each in (database, replica, database, replica))
    )
    assert sum(map(len, taken)) == 20
    for case in cases:
        assert [event for event, *_ in await events(database, case)] == ["reminded"]


async def test_a_changed_policy_counts_for_waiting_cases_too(
    database: Database, clock: Clock
) -> None:
    case = await waiting(database, moderation())
    clock.advance(minutes=35)
    assert await due(database, clock, moderation()) == []
    assert await due(database, clock) == [case.id]
    assert [type(step) for step in await take(database, case)] == [Remind]
    later = with_deadline(remind=["10m", "20m", "40m"], due="8h")
    assert await due(database, clock, later) == []
    clock.advance(minutes=5)
    assert await due(database, clock, later) == [case.id]
    sooner = with_deadline(due="20m", then="ai")
    assert await due(database, clock, sooner) == [case.id]
    await take(database, case, sooner)
    assert (await stored(database, case)).state is CaseState.DECIDED


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_due_cases_are_found_by_index_without_a_look_at_others(
    database: Database, clock: Clock
) -> None:
    def explained(connection: Connection) -> list[str]:
        asked: list[Any] = []
        event.listen(connection, "before_cursor_execute", lambda *called: asked.append(called[2:4]))
        cases_with_steps_due(connection, FULL, now=clock.now)
        plans = [
            connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
            for statement, values in list(asked)
        ]
        return [str(plan) for plan in plans]

    by_step = "ix_cases_deadline (use_case=? AND steps_taken_seconds"
    plans = await database.read(explained)
    *turns, contradicting = plans
    assert all(f"{by_step}=? AND submitted_at<?)" in plan for plan in turns[::2])
    assert all(f"{by_step}>?" in plan for plan in turns[1::2])
    assert "SEARCH checks USING INDEX ix_checks_state (use_case=? AND state=?)" in contradicting
    assert "SEARCH cases USING INTEGER PRIMARY KEY" in contradicting
