"""Similar past cases as people decided them, whatever happened to them since."""

from collections.abc import Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import select, update

from hitl.cases import Case
from hitl.policy import parse_policy
from hitl.precedents import packed_embedding
from hitl.reports.precedents import Precedents
from hitl.review import erase, overrule, submit, undo, vote, withdraw
from hitl.storage.database import Database
from hitl.storage.precedents import Mark, PastCase, latest_decided, next_decided
from hitl.storage.tables import case_contents
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import POLICY, moderation, post

OTHER = parse_policy(POLICY.replace("[use_cases.content-moderation", "[use_cases.forum"))
ANA, LEA = "U0ANA", "U0LEA"
PATIENT = timedelta(seconds=60)
RISOTTO = "You call that a risotto? It is a soup, and a bad one."


@pytest.fixture
def precedents(database: Database) -> Iterator[Precedents]:
    """Looks for what is new at each look-up."""
    found = Precedents(database, fresh_for=timedelta(), soon=PATIENT)
    yield found
    found.close()


async def submitted(
    database: Database, text: str = RISOTTO, *, use_case: Any = None, **more: Any
) -> Case:
    made, _ = await database.write(
        lambda tx: submit(
            tx,
            post(f"post-{tx.salt()}", **{"title": None, "text": text or None} | more),
            use_case=use_case or moderation(),
            draw=0.5,
        )
    )
    return made


async def decided(
    database: Database,
    text: str = RISOTTO,
    *,
    verdict: Verdict = Verdict.REJECT,
    use_case: Any = None,
    **more: Any,
) -> Case:
    case = await submitted(database, text, use_case=use_case, **more)
    return await database.write(
        lambda tx: vote(
            tx, case.id, verdict=verdict, reviewer=ANA, use_case=use_case or moderation()
        )
    )


async def labels(precedents: Precedents, case: Case) -> dict[int, str]:
    found = await precedents.of(case, within=PATIENT)
    return {each.case_id: each.label for each in found}


async def test_the_most_similar_come_first_five_at_most(
    database: Database, precedents: Precedents
) -> None:
    await decided(database, "Where do I park when I come by car?")
    near = await decided(database, RISOTTO.upper())
    for number in range(6):
        await decided(database, f"{RISOTTO} I have had {number} of them.", verdict=Verdict.APPROVE)
    found = await precedents.of(await submitted(database), within=PATIENT)
    assert len(found) == 5
    assert (found[0].case_id, found[0].label, found[0].reviewer) == (near.id, "violation", ANA)
    assert {each.label for each in found[1:]} == {"clean"}


async def test_only_what_people_decided_in_the_use_case_counts(
    database: Database, precedents: Precedents
) -> None:
    await submitted(database, violation=0.99)
    await submitted(database)
    await decided(database, use_case=OTHER.use_case("forum"))
    gone = await submitted(database)
    await database.write(lambda tx: withdraw(tx, gone.id, by="caller"))
    case = await submitted(database)
    assert await labels(precedents, case) == {}
    kept = await decided(database)
    assert await labels(precedents, case) == {kept.id: "violation"}


async def test_what_was_overruled_undone_or_erased_is_not_shown_as_it_was(
    database: Database, precedents: Precedents
) -> None:
    revised, reopened, erased = [await decided(database) for _ in range(3)]
    case = await submitted(database)
    assert len(await labels(precedents, case)) == 3
    rules = moderation()
    await database.write(
        lambda tx: overrule(tx, revised.id, label="clean", by=LEA, reason="A film", use_case=rules)
    )
    await database.write(lambda tx: undo(tx, reopened.id, by=ANA, use_case=rules))
    nothing = dict.fromkeys(("title", "text", "reason", "evidence", "salt"))
    forget = update(case_contents).where(case_contents.c.case_id == erased.id).values(nothing)
    await database.write(lambda tx: tx.connection.execute(forget))
    assert await labels(precedents, case) == {revised.id: "clean"}


async def test_those_that_stand_are_found_behind_any_number_that_do_not(
    database: Database, precedents: Precedents
) -> None:
    kept, *gone = [await decided(database) for _ in range(12)]
    case = await submitted(database)
    await labels(precedents, case)
    for each in gone:
        await database.write(partial(undo, case_id=each.id, by=ANA, use_case=moderation()))
    assert list(await labels(precedents, case)) == [kept.id]


async def test_what_is_erased_leaves_the_index_though_nobody_looks(
    database: Database, precedents: Precedents, clock: Clock
) -> None:
    gone = await decided(database)
    clock.advance(minutes=1)
    await decided(database, "Where do I park when I come by car?")
    case = await submitted(database)
    assert list(await labels(precedents, case)) == [gone.id]
    content = select(case_contents).where(case_contents.c.case_id == gone.id)
    kept = await database.read(lambda c: dict(c.execute(content).mappings().one()))
    await database.write(lambda tx: erase(tx, gone.id, by="operator"))
    await precedents.follow()
    # Were it still in the index, the case would be shown again, and it was decided too long ago
    # to be read anew.
    again = update(case_contents).where(case_contents.c.case_id == gone.id).values(kept)
    await database.write(lambda tx: tx.connection.execute(again))
    assert await labels(precedents, case) == {}


async def test_whoever_looks_on_is_shown_what_the_index_holds_and_waits_for_no_more(
    database: Database, precedents: Precedents
) -> None:
    first = await decided(database)
    case = await submitted(database)
    assert await precedents.at_hand(case) == ()
    assert list(await labels(precedents, case)) == [first.id]
    second = await decided(database)
    assert [each.case_id for each in await precedents.at_hand(case)] == [first.id]
    assert set(await labels(precedents, case)) == {first.id, second.id}


async def test_a_card_waits_only_for_an_index_that_is_much_behind(database: Database) -> None:
    passed = 0.0
    found = Precedents(database, fresh_for=timedelta(seconds=2), seconds=lambda: passed)
    case, first = await submitted(database), await decided(database)
    assert list(await labels(found, case)) == [first.id]
    second = await decided(database)
    passed = 3.0
    assert list(await labels(found, case)) == [first.id]
    await found.follow()
    third = await decided(database)
    passed = 14.0
    assert set(await labels(found, case)) == {first.id, second.id, third.id}
    found.close()


async def test_titles_alone_make_no_cases_similar(
    database: Database, precedents: Precedents
) -> None:
    for number in range(3):
        await decided(database, "", title=f"Digit {number}")
    assert await labels(precedents, await submitted(database, "", title="Digit 4")) == {}


async def test_an_embedding_says_what_is_similar_where_callers_send_it(
    database: Database, precedents: Precedents
) -> None:
    one, other = packed_embedding([1.0, 0.1, 0.0]), packed_embedding([0.0, 0.1, 1.0])
    alike = await decided(database, "Something else altogether", embedding=one)
    await decided(database, embedding=other)
    await decided(database)
    case = await submitted(database, embedding=packed_embedding([1.0, 0.15, 0.0]))
    assert list(await labels(precedents, case)) == [alike.id]


async def test_an_embedding_of_another_length_is_passed_over_for_the_text(
    database: Database, precedents: Precedents
) -> None:
    alike = await decided(database, embedding=packed_embedding([1.0, 0.0, 0.0]))
    case = await submitted(database, embedding=packed_embedding([1.0, 0.0]))
    assert list(await labels(precedents, case)) == [alike.id]


async def test_a_case_that_waits_no_more_has_no_precedents(
    database: Database, precedents: Precedents
) -> None:
    await decided(database)
    assert await labels(precedents, await decided(database)) == {}


async def test_a_failing_look_up_leaves_the_case_without_precedents(database: Database) -> None:
    await decided(database)
    case = await submitted(database)
    broken = Precedents(database)
    broken.close()
    assert await broken.of(case, within=PATIENT) == ()


async def test_pages_hold_every_decision_once_whatever_their_moment(
    database: Database, clock: Clock
) -> None:
    ids = []
    for number in range(7):
        ids.append((await decided(database)).id)
        clock.advance(seconds=number % 2)
    name = moderation().name
    backwards: list[PastCase] = []
    before: Mark | None = None
    while page := await database.read(
        partial(latest_decided, use_case=name, before=before, most=3)
    ):
        backwards += page
        before = page[-1].mark
    assert [case.id for case in backwards] == ids[::-1]
    forwards = await database.read(
        lambda c: next_decided(c, name, after=backwards[4].mark, most=10)
    )
    assert [case.id for case in forwards] == ids[3:]
