"""Whatever replicas do to a case in the same moment, it comes out as if one had gone first."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from itertools import count
from typing import Any

import pytest
from sqlalchemy import Connection, Table, func, select, text

from hitl.cases import Case
from hitl.review import AlreadyDecided, CaseWithdrawn, add_note, submit, vote, withdraw
from hitl.storage.database import Database, Transaction
from hitl.storage.outbox import Kind, Sending, put, settle
from hitl.storage.pacing import Rate
from hitl.storage.queries import case_by_id
from hitl.storage.tables import audit_events, cases, outbox, outcomes, reviews
from hitl.storage.taking import take
from hitl.vocabulary import CaseState, Verdict
from tests.examples import moderation, post
from tests.storage.marks import Gate

Verb = Callable[[Transaction], Any]
ROUNDS = 100


async def open_case(database: Database, key: str = "post-1") -> int:
    case, _ = await database.write(
        lambda tx: submit(tx, post(key), use_case=moderation(), draw=0.5)
    )
    return case.id


def voting(case_id: int, reviewer: str) -> Verb:
    return lambda tx: vote(
        tx, case_id, verdict=Verdict.REJECT, reviewer=reviewer, use_case=moderation()
    )


async def at_once(replicas: list[Database], *verbs: Verb) -> list[Any]:
    """The verbs' answers, each begun on a replica of its own when all transactions are open."""
    barrier = threading.Barrier(len(verbs))

    def held(verb: Verb) -> Verb:
        def run(tx: Transaction) -> Any:
            tx.connection.execute(select(1))
            barrier.wait(5)
            return verb(tx)

        return run

    writes = (replica.write(held(verb)) for replica, verb in zip(replicas, verbs, strict=False))
    return list(await asyncio.gather(*writes, return_exceptions=True))


async def rows(database: Database, table: Table) -> int:
    counted = select(func.count()).select_from(table)
    return await database.read(lambda connection: int(connection.execute(counted).scalar_one()))


async def waiting(database: Database) -> int:
    counted = select(func.count()).where(outbox.c.state == Sending.WAITING)
    return await database.read(lambda connection: int(connection.execute(counted).scalar_one()))


def deadlocks(connection: Connection) -> int:
    asked = text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
    return int(connection.execute(asked).scalar_one())


async def test_of_four_verdicts_in_the_same_moment_one_stands(replicas: list[Database]) -> None:
    for number in range(ROUNDS):
        case_id = await open_case(replicas[0], f"post-{number}")
        answers = await at_once(replicas, *(voting(case_id, f"U{voter}") for voter in range(4)))
        [winner] = [answer for answer in answers if isinstance(answer, Case)]
        losers = [answer for answer in answers if isinstance(answer, AlreadyDecided)]
        assert {loser.outcome for loser in losers} == {winner.outcome}
        assert len(losers) == 3
    assert await rows(replicas[1], outcomes) == ROUNDS
    assert await rows(replicas[1], reviews) == ROUNDS
    # One post each, which nobody had begun and nobody needs any more; nothing of those who lost.
    assert await rows(replicas[1], outbox) == ROUNDS


async def test_a_verdict_and_a_withdrawal_exclude_each_other(replicas: list[Database]) -> None:
    ends: Counter[CaseState] = Counter()
    for number in range(ROUNDS):
        case_id = await open_case(replicas[0], f"post-{number}")
        decided, withdrawn = await at_once(
            replicas, voting(case_id, "U0ANA"), partial(withdraw, case_id=case_id, by="caller")
        )
        case = await replicas[2].read(partial(case_by_id, case_id=case_id))
        ends[case.state] += 1
        if case.state is CaseState.DECIDED:
            assert isinstance(withdrawn, AlreadyDecided)
            assert decided == case
        else:
            assert isinstance(decided, CaseWithdrawn)
            assert case.outcome is None
    assert sum(ends.values()) == ROUNDS


async def test_of_identical_submissions_at_once_one_makes_the_case(
    replicas: list[Database],
) -> None:
    answers = await asyncio.gather(
        *(
            replicas[number % 4].write(
                lambda tx: submit(tx, post(), use_case=moderation(), draw=0.5)
            )
            for number in range(32)
        )
    )
    assert sorted(made for _, made in answers) == [False] * 31 + [True]
    assert len({case.id for case, _ in answers}) == 1
    assert [await rows(replicas[0], table) for table in (cases, audit_events, outbox)] == [1, 1, 1]


async def test_what_is_said_of_a_case_goes_out_in_the_order_it_was_stored(
    replicas: list[Database],
) -> None:
    case_id = await open_case(replicas[0])
    gate = Gate()

    def note_and_linger(tx: Transaction) -> None:
        add_note(tx, case_id, author="U0BEN", text="Looks like a quote.")
        gate.hold(tx)

    noting = asyncio.create_task(replicas[0].write(note_and_linger))
    await asyncio.to_thread(gate.entered.wait, 5)
    deciding = asyncio.create_task(replicas[1].write(voting(case_id, "U0ANA")))
    await asyncio.sleep(0.1)
    assert not deciding.done()  # else its card could be sent before the note's, and then undone
    gate.open()
    await asyncio.gather(noting, deciding)


def paced(_lane: str) -> Rate:
    """Slow to nobody here, but counted in a row that takers share."""
    return Rate(interval=timedelta(seconds=1), burst=1_000)


@pytest.mark.parametrize("rates", [paced, lambda _lane: None], ids=["paced", "unpaced"])
async def test_takers_in_the_same_moment_never_get_the_same_row(
    replicas: list[Database], rates: Callable[[str], Rate | None]
) -> None:
    def fill(tx: Transaction) -> None:
        for number in range(200):
            lane = f"slack/post:C{number % 7}"
            put(tx, kind=Kind.CARD_POST, stream=f"case:{number}", lane=lane, use_case="spam")

    await replicas[0].write(fill)
    received: list[int] = []

    async def empty(database: Database, name: int) -> None:
        for turn in count():
            if await waiting(database) == 0:
                return
            taking = partial(
                take, lease=f"{name}-{turn}", lease_for=timedelta(hours=1), rates=rates, most=9
            )
            for parcel in (await database.write(taking)).parcels:
                received.append(parcel.id)
                await database.write(partial(settle, parcel=parcel, state=Sending.SENT))

    async with asyncio.timeout(60):
        await asyncio.gather(*(empty(replica, n) for n, replica in enumerate(replicas)))
    assert len(received) == len(set(received)) == 200
    assert await replicas[0].read(deadlocks) == 0
