"""Known answers are served among the cases, each once a person, and count as nothing else."""

from datetime import timedelta
from random import Random

import pytest
from sqlalchemy import select

from hitl.blindness import Chances
from hitl.cases import Case
from hitl.policy import UseCase
from hitl.reports.practice import known_to_practise
from hitl.reports.stats import stats
from hitl.review import (
    NeedsOthers,
    add_known_answer,
    adjudicate,
    claim_next,
    erase,
    overrule,
    practise,
    serve_known,
    submit,
    undo,
    vote,
)
from hitl.storage.database import Database
from hitl.storage.known_answers import Turn, plan_turn, turns_due
from hitl.storage.outbox import Kind
from hitl.storage.queries import case_by_id
from hitl.storage.tables import known_answers, outbox
from hitl.storage.verification import first_break
from hitl.vocabulary import CaseState, CheckState, Verdict
from tests.conftest import MONDAY, Clock
from tests.examples import moderation, post

ANA, BEN, SUE = "U0ANA", "U0BEN", "U0SUE"
MIXED = moderation().model_copy(update={"known_answer_rate": 0.05})


async def kept(database: Database, key: str = "gold", *, label: str = "clean") -> Case:
    case, _ = await database.write(
        lambda tx: add_known_answer(tx, post(key), label=label, use_case=MIXED)
    )
    return case


async def turns(database: Database, clock: Clock) -> list[Turn]:
    return await database.read(lambda c: turns_due(c, now=clock.now))


async def served(database: Database, clock: Clock) -> Case:
    """A known answer that follows a case which people get."""
    key = f"post at {clock.now}"
    chances = Chances(known=0.0, known_after=0.0)
    await database.write(
        lambda tx: submit(tx, post(key), use_case=MIXED, draw=0.5, chances=chances)
    )
    [turn] = await turns(database, clock)
    case = await database.write(lambda tx: serve_known(tx, turn, use_case=MIXED))
    assert case is not None
    clock.advance(minutes=10)
    return case


async def voted(database: Database, case: Case, who: str, verdict: Verdict) -> Case:
    await database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer=who, use_case=MIXED)
    )
    return await database.read(lambda c: case_by_id(c, case.id))


@pytest.mark.parametrize(
    ("known", "violation", "count"), [(0.04, 0.7, 1), (0.05, 0.7, 0), (0.04, 0.99, 0)]
)
async def test_some_of_the_cases_that_people_get_are_followed_by_a_known_answer(
    database: Database, clock: Clock, known: float, violation: float, count: int
) -> None:
    chances = Chances(known=known, known_after=0.5)
    await database.write(
        lambda tx: submit(tx, post(violation=violation), use_case=MIXED, draw=0.5, chances=chances)
    )
    assert await turns(database, clock) == []  # at once it would stand out
    clock.advance(minutes=5)
    assert len(await turns(database, clock)) == count


async def test_a_turn_is_taken_once_by_however_many(database: Database, clock: Clock) -> None:
    await kept(database)
    chances = Chances(known=0.0, known_after=0.0)
    await database.write(lambda tx: submit(tx, post(), use_case=MIXED, draw=0.5, chances=chances))
    [turn] = await turns(database, clock)
    first = await database.write(lambda tx: serve_known(tx, turn, use_case=MIXED))
    again = await database.write(lambda tx: serve_known(tx, turn, use_case=MIXED))
    assert (first is None, again) == (False, None)


async def test_what_is_served_is_a_copy_with_a_number_and_an_age_of_its_own(
    database: Database, clock: Clock
) -> None:
    source = await kept(database)
    clock.advance(hours=30)
    copy = await served(database, clock)
    assert copy.id > source.id
    assert copy.submitted_at > source.submitted_at
    assert (copy.title, copy.text, copy.state) == (source.title, source.text, CaseState.OPEN)
    assert copy.key != source.key
    assert copy.callback_url is None
    assert copy.metadata is None


@pytest.mark.parametrize(("verdict", "label"), [("approve", "clean"), ("reject", "violation")])
async def test_an_answer_is_kept_beside_the_known_one_and_adjudicated_by_nobody(
    database: Database, clock: Clock, verdict: str, label: str
) -> None:
    await kept(database)
    after = await voted(database, await served(database, clock), ANA, Verdict(verdict))
    check = after.check
    assert check is not None
    assert (check.reviewer, check.label, check.known_label) == (ANA, label, "clean")
    assert (check.state, check.final_label) == (CheckState.SETTLED, "clean")
    calls = select(outbox.c.id).where(outbox.c.kind.in_((Kind.ADJUDICATORS, Kind.WEBHOOK)))
    assert await database.read(lambda c: c.execute(calls).all()) == []
    assert await database.read(first_break) is None


async def test_nobody_is_served_or_answers_the_same_item_twice(
    database: Database, clock: Clock
) -> None:
    await kept(database)
    await decided(database, BEN)
    await voted(database, await served(database, clock), ANA, Verdict.APPROVE)
    again = await served(database, clock)

    async def next_ones(who: str) -> list[int]:
        found = []
        while case := await database.write(lambda tx: claim_next(tx, use_case=MIXED, reviewer=who)):
            found.append(case.id)
            await voted(database, case, who, Verdict.APPROVE)
        return found

    assert again.id not in await next_ones(ANA)
    with pytest.raises(NeedsOthers, match="another pair of eyes"):
        await voted(database, again, ANA, Verdict.APPROVE)
    assert again.id in await next_ones(BEN)


async def test_what_somebody_practised_on_does_not_measure_them(
    database: Database, clock: Clock
) -> None:
    source = await kept(database)
    await database.write(lambda tx: practise(tx, [source.id], person=ANA, use_case=MIXED))
    copy = await served(database, clock)

    async def next_one(who: str) -> int:
        case = await database.write(lambda tx: claim_next(tx, use_case=MIXED, reviewer=who))
        assert case is not None
        return case.id

    assert await next_one(ANA) != copy.id
    with pytest.raises(NeedsOthers):
        await voted(database, copy, ANA, Verdict.APPROVE)
    assert await next_one(BEN) == copy.id


async def to_practise(database: Database, who: str = ANA, *, most: int = 5) -> set[int]:
    """What the person gets to practise on, noted as it is when it is shown."""
    found = await database.read(
        lambda c: known_to_practise(c, MIXED.name, person=who, most=most, chance=Random(7))
    )
    ids = [each.case_id for each in found]
    await database.write(lambda tx: practise(tx, ids, person=who, use_case=MIXED))
    return set(ids)


async def test_practice_begins_with_what_was_answered_and_leaves_half_to_measure_with(
    database: Database, clock: Clock
) -> None:
    first = await kept(database, "gold 0")
    await voted(database, await served(database, clock), ANA, Verdict.APPROVE)
    known = {first.id} | {(await kept(database, f"gold {number}")).id for number in range(1, 12)}
    seen = set()
    for expected in (5, 6, 6):
        clock.advance(hours=1)
        run = await to_practise(database)
        assert len(run) == 5
        seen |= run
        assert first.id in seen
        assert len(seen) == expected
    assert await to_practise(database, BEN, most=12) == known


async def test_what_waits_for_an_answer_is_not_practised_on(
    database: Database, clock: Clock
) -> None:
    await kept(database)
    copy = await served(database, clock)
    assert await to_practise(database) == set()
    await voted(database, copy, BEN, Verdict.APPROVE)
    assert len(await to_practise(database)) == 1


async def test_known_answers_are_no_predictions(database: Database, clock: Clock) -> None:
    await kept(database)
    await voted(database, await served(database, clock), ANA, Verdict.APPROVE)
    until = clock.now + timedelta(minutes=1)
    found = await database.read(
        lambda c: stats(c, use_case=MIXED, since=MONDAY - timedelta(hours=1), until=until)
    )
    assert found.predictions == 1  # the case that the known answer followed
    assert sum(found.verdicts.values()) == 0


def careful() -> UseCase:
    return MIXED.model_copy(update={"reviews_needed": 2})


async def disputed(database: Database) -> Case:
    case, _ = await database.write(lambda tx: submit(tx, post(), use_case=careful(), draw=0.5))
    for who, verdict in ((ANA, Verdict.APPROVE), (BEN, Verdict.REJECT)):
        await database.write(
            lambda tx, who=who, verdict=verdict: vote(  # type: ignore[misc]
                tx, case.id, verdict=verdict, reviewer=who, use_case=careful()
            )
        )
    await database.write(
        lambda tx: adjudicate(tx, case.id, verdict=Verdict.REJECT, reviewer=SUE, use_case=careful())
    )
    return case


async def decided(database: Database, who: str) -> None:
    """Somebody else decides something."""
    case, _ = await database.write(
        lambda tx: submit(tx, post(f"of {who}"), use_case=MIXED, draw=0.5)
    )
    await voted(database, case, who, Verdict.APPROVE)


async def test_what_everybody_who_reviews_has_met_is_not_served_until_somebody_new_does(
    database: Database, clock: Clock
) -> None:
    await disputed(database)

    async def serve() -> Case | None:
        await database.write(lambda tx: plan_turn(tx, MIXED.name, due_at=clock.now, draw=0.5))
        [turn] = await turns(database, clock)
        return await database.write(lambda tx: serve_known(tx, turn, use_case=MIXED))

    assert await serve() is None
    await decided(database, "U0DEV")
    assert await serve() is not None


async def in_use(database: Database) -> list[tuple[int, str]]:
    rows = select(known_answers.c.case_id, known_answers.c.label).where(
        known_answers.c.retired_at.is_(None)
    )
    return [tuple(row) for row in await database.read(lambda c: c.execute(rows).all())]


async def test_an_adjudicated_case_becomes_a_known_answer_for_those_who_had_no_part_in_it(
    database: Database, clock: Clock
) -> None:
    case = await disputed(database)
    assert await in_use(database) == [(case.id, "violation")]
    await decided(database, "U0DEV")
    copy = await served(database, clock)
    assert copy.check is not None
    assert copy.check.known_label == "violation"
    for who in (ANA, BEN, SUE):
        with pytest.raises(NeedsOthers):
            await voted(database, copy, who, Verdict.REJECT)
    assert (await voted(database, copy, "U0DEV", Verdict.REJECT)).state is CaseState.DECIDED


@pytest.mark.parametrize("how", ["overruled", "undone"])
async def test_what_is_in_doubt_again_is_served_no_more(database: Database, how: str) -> None:
    case = await disputed(database)
    if how == "undone":
        await database.write(lambda tx: undo(tx, case.id, by=SUE, use_case=careful()))
    else:
        await database.write(
            lambda tx: overrule(
                tx, case.id, label="clean", by=SUE, reason="A quote.", use_case=careful()
            )
        )
    assert await in_use(database) == []


async def test_an_erased_item_is_served_no_more_and_its_copies_go_with_it(
    database: Database, clock: Clock
) -> None:
    source = await kept(database)
    copy = await served(database, clock)
    assert await database.write(lambda tx: erase(tx, source.id, by="privacy"))
    assert await in_use(database) == []
    gone = await database.read(lambda c: case_by_id(c, copy.id))
    assert (gone.state, gone.title, gone.text) == (CaseState.WITHDRAWN, None, None)
    assert await database.read(first_break) is None


async def test_an_erased_prediction_is_checked_no_more(database: Database) -> None:
    case, _ = await database.write(
        lambda tx: submit(tx, post(violation=0.99), use_case=MIXED, draw=0.01)
    )
    assert await database.write(lambda tx: erase(tx, case.id, by="privacy"))
    after = await database.read(lambda c: case_by_id(c, case.id))
    assert after.check is not None
    assert (after.state, after.check.state) == (CaseState.DECIDED, CheckState.WITHDRAWN)


async def test_one_that_still_waits_is_not_served_beside_itself(
    database: Database, clock: Clock
) -> None:
    await kept(database)
    first = await served(database, clock)
    chances = Chances(known=0.0, known_after=0.0)
    await database.write(
        lambda tx: submit(tx, post("other"), use_case=MIXED, draw=0.5, chances=chances)
    )
    [turn] = await turns(database, clock)
    assert await database.write(lambda tx: serve_known(tx, turn, use_case=MIXED)) is None
    await voted(database, first, ANA, Verdict.APPROVE)
    await decided(database, BEN)
    assert await served(database, clock)
