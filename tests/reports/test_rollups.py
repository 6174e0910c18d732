"""Counts by the hour say what the cases say, whatever happened since they were counted."""

import asyncio
import shutil
import threading
from collections import Counter, defaultdict
from dataclasses import replace
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Table, Update, func, select, update

from bot.scheduler.rollups import roll_up
from hitl.policy import UseCase
from hitl.reports.facts import FACTS, PREDICTIONS, Fact, key_of
from hitl.reports.ledger import EVER, Ledger, Window
from hitl.reports.loads import Loads, loads_in
from hitl.reports.rolling import Turn, begin_anew, count_turn, raw_rows, store_turn
from hitl.reports.rollup_check import differences
from hitl.reports.spans import Span
from hitl.review import overrule, submit, undo, vote
from hitl.statistics.weeks import day_of
from hitl.storage.database import Database, Transaction
from hitl.storage.rollups import Horizon, horizon
from hitl.storage.tables import (
    daily_predictions,
    daily_reviews,
    daily_waits,
    hourly_decisions,
    hourly_predictions,
    hourly_requests,
    hourly_reviews,
    reviews,
)
from hitl.vocabulary import Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import moderation, post
from tests.reports.world import STEPS, Step, counted, live, roll
from tests.review.asking import REVIEW, URLS, USER, Asking, chained, models

MINUTES = st.integers(-500, 8_000)


@given(steps=STEPS, edges=st.lists(MINUTES, min_size=2, max_size=6, unique=True))
@settings(max_examples=12, deadline=None, phases=[Phase.explicit, Phase.generate])
def test_counts_are_those_of_the_cases_at_every_moment(
    prepared_file: Path, steps: list[Step], edges: list[int]
) -> None:
    moments = sorted(MONDAY + timedelta(minutes=edge) for edge in edges)
    windows = list(pairwise(moments))
    two = moderation().model_copy(update={"reviews_needed": 2})
    asking = chained(models(), USER, REVIEW)
    with TemporaryDirectory() as folder:
        for number, use_case in enumerate((moderation(), two, asking)):
            file = shutil.copy(prepared_file, f"{folder}/{number}.db")
            asyncio.run(_lives(f"sqlite:///{file}", steps, windows, use_case=use_case))


async def _lives(url: str, steps: list[Step], windows: list[Window], *, use_case: UseCase) -> None:
    database = Database(url, clock=(clock := Clock()))
    try:
        await live(database, clock, steps, use_case=use_case)
        await _assert_counts_are_of_cases(database, windows)
        await roll(database)
        await _assert_counts_are_of_cases(database, windows)
    finally:
        database.close()


async def _assert_counts_are_of_cases(database: Database, windows: list[Window]) -> None:
    assert await database.read(partial(_wrong_facts, windows=windows)) == []
    whole = (windows[0][0], windows[-1][1])
    for zone in ("Europe/Berlin", "Asia/Kolkata"):
        told, seen = await database.read(partial(_loads, window=whole, zone=zone))
        assert told == seen


def _loads(connection: Connection, *, window: Window, zone: str) -> tuple[Loads, Loads]:
    """As they are told, and as the votes themselves say."""
    told = loads_in(Ledger.open(connection, "content-moderation"), window, zone=zone)
    seen: defaultdict[str, Counter[date]] = defaultdict(Counter)
    for name, at in connection.execute(select(reviews.c.reviewer, reviews.c.at)):
        if window[0] <= at < window[1]:
            seen[name][day_of(at, zone=zone)] += 1
    return told, seen


def _wrong_facts(connection: Connection, *, windows: list[Window]) -> list[str]:
    ledger = Ledger.open(connection, "content-moderation")
    uncounted = replace(ledger, counted_until=None)
    return [
        fact.table.name
        for fact in FACTS
        for columns in (fact.key, [name for name in key_of(_longest(fact)) if name != "hour"])
        if counted(ledger, fact, windows, columns) != counted(uncounted, fact, windows, columns)
    ]


def _longest(fact: Fact) -> Table:
    """What is read of a year."""
    return fact.table if fact.days is None else fact.days


async def _submitted(database: Database, key: str, *, use_case: UseCase | None = None) -> int:
    case, _ = await database.write(
        lambda tx: submit(tx, post(key), use_case=use_case or moderation(), draw=0.5)
    )
    return case.id


async def _predictions(database: Database, *, hour: datetime = MONDAY) -> int:
    """How many the rollups alone tell of an hour."""
    asked = select(func.sum(hourly_predictions.c.predictions)).where(
        hourly_predictions.c.hour == hour
    )
    return int(await database.read(lambda c: c.execute(asked).scalar()) or 0)


async def _turn(database: Database, known: Horizon) -> Turn | None:
    return await database.read(lambda c: count_turn(c, known, now=database.now()))


async def test_an_hour_is_counted_once_it_is_over(database: Database, clock: Clock) -> None:
    await _submitted(database, "post-1")
    clock.advance(minutes=65)
    await roll(database)
    assert await _predictions(database) == 0
    clock.advance(minutes=5)
    await roll(database)
    assert await _predictions(database) == 1


async def test_a_replaced_outcome_leaves_its_hour(database: Database, clock: Clock) -> None:
    use_case, case_id = moderation(), await _submitted(database, "post-1")
    await database.write(
        lambda tx: vote(tx, case_id, verdict=Verdict.REJECT, reviewer="U0ANA", use_case=use_case)
    )
    clock.advance(hours=5)
    await roll(database)
    assert await _decisions(database) == [(MONDAY, "reject")]
    await database.write(
        lambda tx: overrule(tx, case_id, label="clean", by="U0L", reason="fine", use_case=use_case)
    )
    clock.advance(hours=2)
    await roll(database)
    assert await _decisions(database) == [(MONDAY + timedelta(hours=5), "approve")]


async def _decisions(database: Database) -> list[tuple[datetime, str]]:
    asked = select(hourly_decisions.c.hour, hourly_decisions.c.verdict)
    return await database.read(lambda c: [(row[0], row[1]) for row in c.execute(asked)])


async def test_a_model_that_is_asked_once_more_counts_in_the_hour_it_was_first_asked(
    database: Database, clock: Clock
) -> None:
    asking = Asking(database, chained(models(URLS[0], within="1d"), REVIEW))
    case = await asking.case()
    await asking.is_asked(case)
    clock.advance(hours=5)
    await roll(database)
    assert await _requests(database) == [(MONDAY, 1)]
    await asking.is_asked(case)
    clock.advance(hours=2)
    await _assert_counts_are_of_cases(database, [(MONDAY, clock.now)])
    await roll(database)
    assert await _requests(database) == [(MONDAY, 2)]


async def _requests(database: Database) -> list[tuple[datetime, int]]:
    asked = select(hourly_requests.c.hour, hourly_requests.c.requests)
    return await database.read(lambda c: [(row[0], row[1]) for row in c.execute(asked)])


async def test_a_vote_that_is_taken_back_stands_no_more_in_its_hour(
    database: Database, clock: Clock
) -> None:
    two = moderation().model_copy(update={"reviews_needed": 2, "undo_within": "1d"})
    case_id = await _submitted(database, "post-1", use_case=two)
    reject = partial(vote, case_id=case_id, verdict=Verdict.REJECT, use_case=two)
    await database.write(partial(reject, reviewer="U0ANA"))
    clock.advance(hours=5)
    await roll(database)
    assert await _reviews(database) == [("U0ANA", True)]
    await database.write(lambda tx: undo(tx, case_id, by="U0ANA", use_case=two))
    clock.advance(hours=2)
    await roll(database)
    assert await _reviews(database) == [("U0ANA", False)]


async def _reviews(database: Database) -> list[tuple[str, bool]]:
    asked = select(hourly_reviews.c.reviewer, hourly_reviews.c.stands)
    return await database.read(lambda c: [(row[0], row[1]) for row in c.execute(asked)])


async def test_days_are_what_their_hours_are(database: Database, clock: Clock) -> None:
    use_case = moderation()
    for number in range(8):
        case_id = await _submitted(database, f"post-{number}")
        clock.advance(hours=9, minutes=number)
        reject = partial(vote, case_id=case_id, verdict=Verdict.REJECT, reviewer="U0ANA")
        await database.write(partial(reject, use_case=use_case))
    clock.advance(hours=30)
    await roll(database)
    asked = select(func.sum(daily_waits.c.waits))
    assert await database.read(lambda c: c.execute(asked).scalar()) == 8
    week = (MONDAY - timedelta(hours=2), MONDAY + timedelta(days=6))
    await _assert_counts_are_of_cases(database, [week])
    assert await database.read(lambda c: list(differences(c))) == []
    for days in (daily_waits, daily_predictions, daily_reviews):
        counts = [each for each in days.columns if not each.primary_key]
        await database.write(partial(_run, update(days).values({counts[0]: counts[0] + 1})))
    found = await database.read(lambda c: list(differences(c)))
    assert [each.partition(",")[0] for each in found] == [
        "daily_predictions",
        "daily_waits",
        "daily_reviews",
    ]


def _run(statement: Update, tx: Transaction) -> None:
    tx.connection.execute(statement)


async def test_however_many_hours_changed_counts_are_of_the_cases(
    database: Database, clock: Clock
) -> None:
    for number in range(3):
        await _submitted(database, f"post-{number}")
        clock.advance(days=420)
    await roll(database)

    def predictions(connection: Connection, *, hours: int, apart: timedelta) -> int:
        ledger = Ledger.open(connection, "content-moderation")
        changed = replace(ledger, changed=tuple(MONDAY + apart * at for at in range(hours)))
        return sum(row.predictions for row in changed.rows(PREDICTIONS, [EVER]))

    hour = timedelta(hours=1)
    assert await database.read(partial(predictions, hours=8_500, apart=2 * hour)) == 3
    assert await database.read(partial(predictions, hours=30_000, apart=hour)) == 3


async def test_however_many_hours_changed_they_are_counted_again(
    database: Database, clock: Clock
) -> None:
    await _submitted(database, "post-1")
    clock.advance(hours=3)
    await roll(database)
    hour = timedelta(hours=1)
    spans = [
        Span(0, "content-moderation", MONDAY + hour * at, MONDAY + hour * (at + 1))
        for at in range(30_000)
    ]
    [row] = await database.read(lambda c: raw_rows(c, PREDICTIONS, spans))
    assert (row["predictions"], row["hour"]) == (1, MONDAY)


async def test_of_two_turns_from_the_same_beginning_one_is_stored(
    database: Database, clock: Clock
) -> None:
    await _submitted(database, "post-1")
    clock.advance(hours=3)
    known = await database.read(horizon)
    one, other = await asyncio.gather(_turn(database, known), _turn(database, known))
    assert one is not None
    assert other is not None
    stored = [await database.write(partial(store_turn, turn=turn)) for turn in (one, other)]
    assert stored == [True, False]
    assert await _predictions(database) == 1


async def test_counting_anew_gives_the_same_without_what_was_wrong(
    database: Database, clock: Clock
) -> None:
    await _submitted(database, "post-1")
    clock.advance(hours=30)
    await roll(database)
    wrong = update(hourly_predictions).values(predictions=7)
    await database.write(lambda tx: tx.connection.execute(wrong) and None)
    assert await _predictions(database) == 7
    [difference] = await database.read(lambda c: list(differences(c)))
    assert "hourly_predictions" in difference
    await database.write(begin_anew)
    await roll(database)
    assert await _predictions(database) == 1
    assert await database.read(lambda c: list(differences(c))) == []


async def test_what_is_committed_late_is_not_missed(postgresql_url: str, clock: Clock) -> None:
    """Its ids are lower than those of what was committed, and counted, before it."""
    database = Database(postgresql_url, clock=clock)
    begun, may_end = threading.Event(), threading.Event()

    def stalled(tx: Transaction) -> None:
        submit(tx, post("late"), use_case=moderation(), draw=0.5)
        begun.set()
        may_end.wait(9)

    try:
        before = await database.read(horizon)
        late = asyncio.create_task(database.write(stalled))
        await asyncio.to_thread(begun.wait, 9)
        await _submitted(database, "early")
        clock.advance(hours=3)
        known = await database.read(horizon)
        assert await _turn(database, known) is None
        turn = await _turn(database, before)
        assert turn is not None
        assert await database.write(lambda tx: store_turn(tx, turn))
        assert await _predictions(database) == 1
        may_end.set()
        await late
        await roll(database)
        assert await _predictions(database) == 2
    finally:
        may_end.set()
        database.close()


async def test_writers_and_rollers_of_several_replicas_lose_nothing(
    postgresql_url: str, clock: Clock
) -> None:
    replicas = [Database(postgresql_url, clock=clock) for _ in range(2)]
    use_case = moderation()

    async def write(database: Database, name: str) -> None:
        for number in range(15):
            case_id = await _submitted(database, f"{name} {number}")
            verdict = Verdict.REJECT if number % 2 else Verdict.APPROVE
            decide = partial(vote, case_id=case_id, verdict=verdict, reviewer="U0ANA")
            await database.write(partial(decide, use_case=use_case))
            clock.advance(minutes=7)

    async def count(database: Database) -> None:
        for _ in range(20):
            await roll_up(database)
            await asyncio.sleep(0.01)

    try:
        await asyncio.gather(
            *(
                write(database, f"{at} {name}")
                for at, database in enumerate(replicas)
                for name in "ab"
            ),
            *(count(database) for database in replicas),
        )
        clock.advance(hours=2)
        await roll(replicas[0])
        assert await replicas[0].read(lambda c: list(differences(c))) == []
        counted = select(func.sum(hourly_predictions.c.predictions))
        assert await replicas[1].read(lambda c: c.execute(counted).scalar()) == 60
    finally:
        for database in replicas:
            database.close()
