"""Many are taken in at once as each would be alone, and none pays for another."""

from functools import partial

from sqlalchemy import select

from hitl.cases import Case
from hitl.errors import HitlError
from hitl.review import Arrival, KeyReused, Submission, submit_all
from hitl.routing import Prediction, RoutingError
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import CaseFilter, case_by_id, list_cases
from hitl.storage.tables import outbox
from hitl.storage.verification import first_break
from hitl.vocabulary import CaseState, RouteTo
from tests.examples import moderation, post


def arrival(submission: Submission, *, draw: float = 0.5) -> Arrival:
    return Arrival(submission, moderation(), draw)


async def take_in(
    database: Database, *submissions: Submission
) -> list[tuple[Case, bool] | HitlError]:
    return await database.write(lambda tx: submit_all(tx, [arrival(each) for each in submissions]))


def case_of(taken: tuple[Case, bool] | HitlError) -> Case:
    assert not isinstance(taken, HitlError), taken
    return taken[0]


async def test_each_is_answered_in_its_place_and_stored_as_it_is_answered(
    database: Database,
) -> None:
    sent = [post("c"), post("a", violation=0.99), post("b", violation=0.01)]
    taken = [case_of(each) for each in await take_in(database, *sent)]
    assert [case.key for case in taken] == ["c", "a", "b"]
    assert [case.state for case in taken] == [CaseState.OPEN, CaseState.DECIDED, CaseState.DECIDED]
    for case in taken:
        assert await database.read(partial(case_by_id, case_id=case.id)) == case
    assert await database.read(first_break) is None


async def test_what_the_policy_can_t_judge_is_refused_alone(database: Database) -> None:
    unknown = post("unknown", prediction=Prediction(scores={"spam": 0.5}))
    first, refused, last = await take_in(database, post("first"), unknown, post("last"))
    assert isinstance(refused, RoutingError)
    stored = await database.read(lambda connection: list_cases(connection, CaseFilter(), limit=9))
    assert {case.key for case in stored} == {"first", "last"}
    assert {case_of(first).id, case_of(last).id} == {case.id for case in stored}


async def test_of_one_key_the_first_makes_the_case_and_others_are_compared_with_it(
    database: Database,
) -> None:
    made, again, other = await take_in(
        database, post("x"), post("x"), post("x", fingerprint="other")
    )
    assert made == (case_of(made), True)
    assert again == (case_of(made), False)
    assert isinstance(other, KeyReused)
    assert other.case_id == case_of(made).id


async def test_all_of_them_again_are_the_same_cases(database: Database) -> None:
    sent = [post(key, violation=0.99) for key in "abcde"]
    before = await take_in(database, *sent)
    after = await take_in(database, *sent, post("f"))
    assert after[:-1] == [(case_of(each), False) for each in before]
    assert case_of(after[-1]).key == "f"


async def test_those_in_the_sample_get_their_checks_and_cards(database: Database) -> None:
    drawn = [arrival(post(key, violation=0.99), draw=0.001) for key in ("a", "b")]
    taken = await database.write(
        lambda tx: submit_all(tx, [*drawn, arrival(post("c", violation=0.99))])
    )
    checked = [case_of(each).check is not None for each in taken]
    assert checked == [True, True, False]
    assert [case_of(each).route_to for each in taken] == [RouteTo.AUTO] * 3
    assert await cards(database) == {case_of(each).id for each in taken[:2]}


async def test_keys_are_inserted_in_one_order_so_that_no_two_callers_wait_in_a_ring(
    database: Database,
) -> None:
    taken = [case_of(each) for each in await take_in(database, *(post(key) for key in "dbca"))]
    assert [case.key for case in sorted(taken, key=lambda case: case.id)] == list("abcd")


async def cards(database: Database) -> set[int | None]:
    chosen = select(outbox.c.case_id).where(outbox.c.kind == Kind.CARD_POST)
    return set(await database.read(lambda connection: connection.execute(chosen).scalars().all()))
