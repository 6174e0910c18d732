"""A case goes through its chain: each step once, first outcome wins, and it always ends."""

import asyncio

import pytest
from sqlalchemy import select

from hitl.review import (
    AlreadyDecided,
    LabelUnknown,
    Routed,
    TokenWrong,
    UserHasAnswered,
    UserNotAsked,
    undo,
    vote,
    withdraw,
)
from hitl.review.claim import wanted_by
from hitl.routing import RoutingError
from hitl.storage.claims import next_to_claim
from hitl.storage.database import Database
from hitl.storage.questions import QuestionKind, answer_token, question_of
from hitl.storage.steps import steps_past_their_time
from hitl.storage.tables import questions
from hitl.vocabulary import By, CaseState, RouteTo, Verdict
from tests.conftest import Clock
from tests.review.asking import PASSIVE, REVIEW, SEED, URLS, USER, Asking, chained, models

ANA = "U0ANA"


@pytest.fixture
def asking(database: Database) -> Asking:
    return Asking(database, chained(models(), USER, REVIEW))


async def press(asking: Asking, case_id: int, verdict: Verdict = Verdict.APPROVE) -> None:
    await asking.database.write(
        lambda tx: vote(tx, case_id, verdict=verdict, reviewer=ANA, use_case=asking.use_case)
    )


async def test_models_are_asked_first_and_people_hear_nothing_of_it(asking: Asking) -> None:
    case = await asking.case()
    assert (case.state, case.route_to, case.people_since) == ("open", "second_model", None)
    assert await asking.sent() == ["second_model", "second_model"]
    wanted = wanted_by(ANA, use_case=asking.use_case, now=asking.database.now())
    assert await asking.database.read(lambda c: next_to_claim(c, wanted)) == []


async def test_models_that_agree_decide(asking: Asking) -> None:
    case = await asking.case()
    await asking.says(0, "violation")
    assert (await asking.now(case)).state is CaseState.OPEN
    await asking.says(1, "violation")
    decided = await asking.now(case)
    assert decided.outcome is not None
    assert (decided.outcome.by, decided.outcome.label) == (By.MODEL, "violation")
    assert decided.outcome.verdict is Verdict.REJECT
    assert [opinion.model for opinion in decided.tried[0].opinions] == ["model 0", "model 1"]
    assert await asking.sent() == ["second_model", "second_model"]


async def test_models_that_disagree_pass_it_on_to_the_user_and_those_to_people(
    asking: Asking, clock: Clock
) -> None:
    case = await asking.case()
    await asking.says(1, "clean")
    await asking.says(0, "violation")
    assert [step.kind for step in (await asking.now(case)).tried] == ["second_model", "ask_user"]
    assert await asking.sent() == ["second_model", "second_model", "question"]
    clock.advance(minutes=10)
    assert await asking.time_is_up(case)
    passed = await asking.now(case)
    assert passed.people_since == clock.now
    assert [step.why for step in passed.tried] == [
        "they disagree",
        "the user did not answer within 10 min",
    ]
    assert (await asking.sent())[3:] == ["card.post"]
    assert await asking.events(case) == [
        "submitted", "opinion", "opinion", "passed_on", "passed_on",
    ]  # fmt: skip


async def test_models_that_are_silent_are_not_waited_for(asking: Asking, clock: Clock) -> None:
    case = await asking.case()
    await asking.says(0, "violation")
    clock.advance(seconds=4.9)
    assert not await asking.time_is_up(case)
    clock.advance(seconds=0.1)
    due = await asking.database.read(lambda c: steps_past_their_time(c, now=clock.now))
    assert due == [(case.id, "content-moderation")]
    assert await asking.time_is_up(case)
    assert not await asking.time_is_up(case)
    [models_step, _] = (await asking.now(case)).tried
    assert models_step.why == "two.example did not answer within 5 s"


async def test_an_opinion_after_its_time_is_kept_and_changes_nothing(
    asking: Asking, clock: Clock
) -> None:
    case = await asking.case()
    await asking.says(0, "violation")
    clock.advance(seconds=5)
    await asking.time_is_up(case)
    before = await asking.now(case)
    await asking.says(1, "violation")
    assert await asking.now(case) == before


async def test_of_many_who_pass_a_case_on_at_once_one_does(asking: Asking, clock: Clock) -> None:
    case = await asking.case()
    clock.advance(seconds=5)
    took = await asyncio.gather(*(asking.time_is_up(case) for _ in range(8)))
    assert sorted(took) == [False] * 7 + [True]
    assert (await asking.sent()).count("question") == 1


async def test_the_user_s_answer_decides(database: Database) -> None:
    asking = Asking(database, chained(USER, REVIEW))
    case = await asking.case()
    decided, counts = await asking.answers(case, "clean")
    assert counts
    assert decided.outcome is not None
    assert (decided.outcome.by, decided.outcome.label) == (By.USER, "clean")
    assert decided.outcome.reviewer is None
    assert (await asking.now(case)).outcome == decided.outcome
    with pytest.raises(UserHasAnswered):
        await asking.answers(case, "violation")


async def test_declining_passes_it_on_at_once(database: Database) -> None:
    asking = Asking(database, chained(USER, REVIEW))
    case = await asking.case()
    passed, counts = await asking.answers(case, None)
    assert not counts
    assert passed.people_since is not None
    assert (await asking.now(case)).tried[0].why == "the user would rather not decide"


async def test_a_late_answer_decides_while_nobody_else_has(
    database: Database, clock: Clock
) -> None:
    asking = Asking(database, chained(USER, REVIEW))
    case = await asking.case()
    clock.advance(minutes=11)
    await asking.time_is_up(case)
    decided, counts = await asking.answers(case, "clean")
    assert counts
    assert decided.state is CaseState.DECIDED
    with pytest.raises(AlreadyDecided):
        await press(asking, case.id)


async def test_an_answer_after_the_decision_is_kept_without_effect(
    database: Database, clock: Clock
) -> None:
    asking = Asking(database, chained(USER, REVIEW))
    case = await asking.case()
    clock.advance(minutes=11)
    await asking.time_is_up(case)
    await press(asking, case.id, Verdict.REJECT)
    after, counts = await asking.answers(case, "clean")
    assert not counts
    assert after.outcome is not None
    assert (after.outcome.by, after.outcome.label) == (By.REVIEWER, "violation")
    question = await database.read(lambda c: question_of(c, case.id, QuestionKind.CHOICE))
    assert question is not None
    assert question.answer is not None
    assert (question.answer.label, question.answer.counted) == ("clean", False)


async def test_an_answer_by_token_takes_the_token_alone(database: Database) -> None:
    asking = Asking(database, chained(USER, REVIEW))
    case = await asking.case()
    row = await database.read(lambda c: c.execute(select(questions)).one())
    token = answer_token(SEED, row.salt)
    assert token not in str(row)
    with pytest.raises(TokenWrong):
        await asking.answers(case, "clean", token=answer_token(b"another key", row.salt))
    with pytest.raises(LabelUnknown):
        await asking.answers(case, "spam", token=token)
    _, counts = await asking.answers(case, "clean", token=token)
    assert counts


async def test_where_nobody_is_asked_nobody_can_answer(database: Database) -> None:
    asking = Asking(database, chained(models(), REVIEW))
    with pytest.raises(UserNotAsked):
        await asking.answers(await asking.case(), "clean")


async def test_a_click_and_an_answer_at_once_have_one_winner(
    database: Database, clock: Clock
) -> None:
    asking = Asking(database, chained(USER, REVIEW))
    for number in range(5):
        case = await asking.case(f"post-{number}")
        clock.advance(minutes=11)
        await asking.time_is_up(case)
        await asyncio.gather(
            press(asking, case.id), asking.answers(case, "violation"), return_exceptions=True
        )
        decided = await asking.now(case)
        assert decided.outcome is not None
        assert decided.outcome.revision == 1


async def test_a_vote_through_the_api_before_people_are_asked_decides(asking: Asking) -> None:
    case = await asking.case()
    await press(asking, case.id)
    assert (await asking.now(case)).tried[0].why == "it was decided before"
    await asking.says(0, "violation")
    await asking.says(1, "violation")
    decided = await asking.now(case)
    assert decided.outcome is not None
    assert decided.outcome.by is By.REVIEWER


async def test_what_is_undone_waits_for_people(asking: Asking) -> None:
    case = await asking.case()
    await press(asking, case.id)
    await asking.database.write(lambda tx: undo(tx, case.id, by=ANA, use_case=asking.use_case))
    waiting = await asking.now(case)
    assert (waiting.state, waiting.people_since) == ("open", asking.database.now())
    assert (await asking.sent())[-1] == "card.post"


async def test_a_first_of_two_votes_before_people_are_asked_brings_the_case_to_them(
    database: Database,
) -> None:
    use_case = chained(models(), REVIEW).model_copy(update={"reviews_needed": 2})
    asking = Asking(database, use_case)
    case = await asking.case()
    await press(asking, case.id)
    assert (await asking.now(case)).people_since is not None
    assert "card.post" in await asking.sent()


async def test_a_withdrawn_case_asks_nobody_any_more(asking: Asking, clock: Clock) -> None:
    case = await asking.case()
    await asking.database.write(lambda tx: withdraw(tx, case.id, by="caller"))
    clock.advance(minutes=1)
    assert not await asking.time_is_up(case)
    assert await asking.database.read(lambda c: steps_past_their_time(c, now=clock.now)) == []


async def test_a_changed_policy_moves_nobody_who_is_being_asked(
    database: Database, clock: Clock
) -> None:
    before = Asking(database, chained(models(URLS[0]), USER, REVIEW))
    case = await before.case()
    after = Asking(database, chained(REVIEW))
    clock.advance(seconds=5)
    await after.time_is_up(case)
    assert [step.kind for step in (await after.now(case)).tried] == ["second_model", "ask_user"]


async def test_a_chain_may_end_where_the_ai_s_answer_stands(
    database: Database, clock: Clock
) -> None:
    asking = Asking(database, chained(USER, PASSIVE))
    case = await asking.case()
    clock.advance(minutes=10)
    await asking.time_is_up(case)
    decided = await asking.now(case)
    assert decided.outcome is not None
    assert (decided.outcome.by, decided.outcome.label) == (By.AI, "violation")
    assert (await asking.sent()).count("question") == 2


@pytest.mark.parametrize("to", list(RouteTo))
async def test_a_route_that_the_caller_took_is_kept(database: Database, to: RouteTo) -> None:
    asking = Asking(database, chained(models(), USER, REVIEW))
    routed = Routed(to, draw=0.01, audit_rate=0.1, policy_version="0123456789ab")
    case = await asking.case(routed=routed)
    assert (case.route_to, case.draw, case.audit_rate) == (to, 0.01, 0.1)
    assert case.policy_version == "0123456789ab"
    assert case.state == ("decided" if to in {"auto", "passive"} else "open")
    assert (case.people_since is None) == (to is not RouteTo.REVIEW)
    ours = to is RouteTo.SECOND_MODEL
    reason = "violation 70 % is under its 87 % threshold"
    assert case.route_reason == (reason if ours else "the caller routed it, by policy 0123456789ab")


async def test_a_route_that_no_step_is_for_is_refused(database: Database) -> None:
    asking = Asking(database, chained(REVIEW))
    routed = Routed(RouteTo.ASK_USER, draw=0.5, audit_rate=0.1, policy_version="0123456789ab")
    with pytest.raises(RoutingError, match="no step of this use case's chain"):
        await asking.case(routed=routed)
