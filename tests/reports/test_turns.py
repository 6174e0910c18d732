"""Which cases people got to, counted by the hour and by the day as by the cases themselves."""

from datetime import timedelta
from functools import partial

from sqlalchemy import Connection, Table, func, select, update

from hitl.policy import Deadline, UseCase
from hitl.reports.data import report_document
from hitl.reports.facts import MARGINS, TURNS
from hitl.reports.ledger import Ledger
from hitl.reports.report import report
from hitl.reports.rollup_check import differences
from hitl.review import submit, take_steps, undo, vote, withdraw
from hitl.routing import Prediction, margin
from hitl.storage.database import Database, Transaction
from hitl.storage.tables import daily_turns, hourly_turns
from hitl.vocabulary import Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import moderation, post
from tests.reports.world import roll

ENDS = moderation().model_copy(
    update={"deadline": Deadline.model_validate({"due": "4h", "then": "ai"})}
)
WAITS = moderation()
LOW, HIGH = 0.51, 0.71
"""Violation, by the AI: a margin of 0.02 and one of 0.42."""
BAND = {LOW: 1, HIGH: 6}


async def came(
    database: Database, key: str, *, sure: float, use_case: UseCase = WAITS, draw: float = 0.5
) -> int:
    sent = post(key, violation=sure)
    case, _ = await database.write(lambda tx: submit(tx, sent, use_case=use_case, draw=draw))
    return case.id


async def said(database: Database, case_id: int, verdict: Verdict) -> None:
    say = partial(vote, case_id=case_id, verdict=verdict, reviewer="U0ANA", use_case=WAITS)
    await database.write(say)


async def turns(database: Database) -> dict[tuple[int, bool, bool], int]:
    """(band, served, overturned) and how many."""
    window = (MONDAY - timedelta(hours=2), MONDAY + timedelta(days=6))

    def read(connection: Connection) -> dict[tuple[int, bool, bool], int]:
        ledger = Ledger.open(connection, WAITS.name)
        found = ledger.rows(TURNS, [window], "band", "served", "overturned")
        return {(row.band, bool(row.served), bool(row.overturned)): row.cases for row in found}

    return await database.read(read)


def _all(connection: Connection, *, table: Table) -> int:
    return int(connection.execute(select(func.sum(table.c.cases))).scalar_one())


def _serve_all(tx: Transaction, *, table: Table) -> None:
    tx.connection.execute(update(table).values(served=True))


def test_bands_are_those_of_the_margins_that_are_stored() -> None:
    for sure, band in BAND.items():
        stored = margin(Prediction({"violation": sure, "clean": round(1 - sure, 6)}))
        assert sum(edge <= stored for edge in MARGINS) == band


async def test_each_case_that_waited_for_people_counts_once_as_it_stands(
    database: Database, clock: Clock
) -> None:
    await said(database, await came(database, "overturned", sure=LOW), Verdict.APPROVE)
    await said(database, await came(database, "agreed", sure=LOW), Verdict.REJECT)
    await said(database, await came(database, "agreed too", sure=HIGH), Verdict.REJECT)
    await came(database, "waits", sure=HIGH)
    undone = await came(database, "undone", sure=HIGH)
    await said(database, undone, Verdict.APPROVE)
    await database.write(lambda tx: undo(tx, undone, by="U0ANA", use_case=WAITS))
    ended = await came(database, "ended", sure=HIGH, use_case=ENDS)
    withdrawn = await came(database, "withdrawn", sure=HIGH)
    await database.write(lambda tx: withdraw(tx, withdrawn, by="caller"))
    await came(database, "blind", sure=HIGH, draw=0.001)
    await came(database, "stood", sure=0.95)
    clock.advance(hours=5)
    await database.write(lambda tx: take_steps(tx, ended, use_case=ENDS))
    expected = {
        (BAND[LOW], True, True): 1,
        (BAND[LOW], True, False): 1,
        (BAND[HIGH], True, False): 1,
        (BAND[HIGH], False, False): 3,
    }
    assert await turns(database) == expected
    clock.advance(days=2)
    await roll(database)
    assert await turns(database) == expected
    for table in (hourly_turns, daily_turns):
        assert await database.read(partial(_all, table=table)) == 6
    assert await database.read(lambda c: list(differences(c))) == []


async def test_a_case_that_is_decided_late_leaves_those_that_were_left(
    database: Database, clock: Clock
) -> None:
    case_id = await came(database, "late", sure=HIGH)
    clock.advance(days=2)
    await roll(database)
    assert await turns(database) == {(BAND[HIGH], False, False): 1}
    await said(database, case_id, Verdict.APPROVE)
    assert await turns(database) == {(BAND[HIGH], True, True): 1}
    clock.advance(hours=3)
    await roll(database)
    assert await turns(database) == {(BAND[HIGH], True, True): 1}
    assert await database.read(lambda c: list(differences(c))) == []


async def test_a_wrong_count_is_found(database: Database, clock: Clock) -> None:
    await came(database, "waits", sure=HIGH)
    clock.advance(days=2)
    await roll(database)
    for table in (hourly_turns, daily_turns):
        await database.write(partial(_serve_all, table=table))
    [difference] = await database.read(lambda c: list(differences(c)))
    assert "hourly_turns" in difference


async def test_the_report_tells_what_the_order_brought(database: Database, clock: Clock) -> None:
    for number in range(130):
        sure = LOW if number < 90 else HIGH
        case_id = await came(database, f"post {number}", sure=sure)
        if number < 80 or 90 <= number < 110:
            overturned = number < 40 or number in (90, 91)
            await said(database, case_id, Verdict.APPROVE if overturned else Verdict.REJECT)
    clock.advance(hours=1)
    now = clock.now
    told = await database.read(
        lambda c: report(c, use_case=WAITS, since=now - timedelta(days=1), until=now)
    )
    found = report_document(told)["served_first"]
    assert (found["came"], found["left"], found["overturned"]["hits"]) == (130, 30, 42)
    # 90 of 130 came with a low margin: 90/130 x 40/80 + 40/130 x 2/20.
    assert round(found["as_they_came"], 4) == round(90 / 130 * 0.5 + 40 / 130 * 0.1, 4)
