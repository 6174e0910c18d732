"""Who is asked blind, and what their answers come to."""

from typing import Any

import pytest
from sqlalchemy import select

from bot.scheduler.deadlines import take_due_steps
from hitl.blindness import Chances, as_seen
from hitl.cases import Case
from hitl.policy import Deadline, Policy, UseCase
from hitl.review import (
    AdjudicationRefused,
    AlreadyDecided,
    AlreadyVoted,
    LabelRequired,
    Submission,
    UndoRefused,
    adjudicate,
    claim_next,
    clear_flag,
    overrule,
    submit,
    take_steps,
    undo,
    vote,
    withdraw,
)
from hitl.routing import Prediction
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.queue_cards import numbers_of
from hitl.storage.tables import outbox, outcomes, reviews
from hitl.storage.verification import first_break
from hitl.vocabulary import By, CaseState, CheckKind, CheckState, Verdict
from tests.conftest import Clock
from tests.examples import digits, moderation, post

ANA, BEN, SUE = "U0ANA", "U0BEN", "U0SUE"
APPROVE, REJECT, FLAG = Verdict.APPROVE, Verdict.REJECT, Verdict.FLAG
CALLER = "https://caller.example/"
SURE, UNSURE = 0.99, 0.70
"""That it is a violation: the first stands by itself, the second goes to people."""

IN_THE_SAMPLE = 0.01
OUTSIDE = 0.5


async def submitted(
    database: Database,
    key: str = "post-1",
    *,
    use_case: UseCase | None = None,
    draw: float = IN_THE_SAMPLE,
    chances: Chances | None = None,
    **changes: Any,
) -> Case:
    case, _ = await database.write(
        lambda tx: submit(
            tx,
            post(key, **changes),
            use_case=use_case or moderation(),
            draw=draw,
            chances=chances or Chances(),
        )
    )
    return case


@pytest.mark.parametrize(("violation", "is_apart"), [(0.70, False), (0.99, True)])
async def test_every_prediction_in_the_sample_gets_a_check_whatever_its_route(
    database: Database, violation: float, is_apart: bool
) -> None:
    case = await submitted(database, violation=violation)
    assert case.is_blind
    assert case.check is not None
    assert (case.check.kind, case.check.state) == (CheckKind.AUDIT, CheckState.OPEN)
    assert case.check.is_apart is is_apart
    assert case.state is (CaseState.DECIDED if is_apart else CaseState.OPEN)


async def test_outside_the_sample_nobody_is_asked_blind(database: Database) -> None:
    case = await submitted(database, draw=OUTSIDE)
    assert (case.is_blind, case.check) == (False, None)


async def test_what_a_person_sent_is_no_prediction_to_check(database: Database) -> None:
    case = await submitted(database, sent_by_person=True)
    assert (case.is_blind, case.check) == (False, None)


@pytest.mark.parametrize(("double", "needed"), [(0.19, 2), (0.2, 1)])
async def test_a_draw_of_its_own_makes_a_case_need_two_blind_votes(
    database: Database, double: float, needed: int
) -> None:
    use_case = moderation().model_copy(update={"double_review": 0.2})
    chances = Chances(double=double)
    case = await submitted(database, use_case=use_case, draw=OUTSIDE, chances=chances)
    assert (case.reviews_needed, case.is_blind) == (needed, needed == 2)


async def test_a_prediction_that_stands_needs_no_second_pair_of_eyes(database: Database) -> None:
    use_case = moderation().model_copy(update={"double_review": 1.0})
    chances = Chances(double=0.0)
    case = await submitted(
        database, use_case=use_case, draw=OUTSIDE, chances=chances, violation=0.99
    )
    assert (case.reviews_needed, case.is_blind) == (1, False)


async def read(database: Database, case: Case) -> Case:
    return await database.read(lambda c: case_by_id(c, case.id))


async def sent(database: Database, kind: Kind) -> list[Any]:
    rows = select(outbox.c.payload).where(outbox.c.kind == kind).order_by(outbox.c.id)
    return list(await database.read(lambda c: c.execute(rows).scalars().all()))


async def told(database: Database) -> list[str]:
    return [payload["body"]["type"] for payload in await sent(database, Kind.WEBHOOK)]


async def voted(
    database: Database,
    case: Case,
    reviewer: str,
    verdict: Verdict,
    *,
    use_case: UseCase | None = None,
) -> Case:
    rules = use_case or moderation()
    return await database.write(
        lambda tx: vote(tx, case.id, verdict=verdict, reviewer=reviewer, use_case=rules)
    )


async def settled(
    database: Database, case: Case, verdict: Verdict, *, by: str = SUE, **changes: Any
) -> Case:
    rules = moderation().model_copy(update=changes)
    return await database.write(
        lambda tx: adjudicate(tx, case.id, verdict=verdict, reviewer=by, use_case=rules, note="So.")
    )


async def test_an_answer_like_the_ais_settles_the_check_and_changes_nothing(
    database: Database,
) -> None:
    case = await submitted(database, violation=SURE, callback_url=CALLER)
    await voted(database, case, ANA, REJECT)
    after = await read(database, case)
    assert after.check is not None
    assert (after.check.state, after.check.final_label) == (CheckState.SETTLED, "violation")
    assert (after.check.reviewer, after.check.settled_by) == (ANA, ANA)
    assert after.outcome == case.outcome
    assert await told(database) == []
    assert await sent(database, Kind.ADJUDICATORS) == []


async def test_an_answer_is_a_review_whose_time_and_effort_count(
    database: Database, clock: Clock
) -> None:
    case = await submitted(database, violation=SURE)
    await database.write(lambda tx: claim_next(tx, use_case=moderation(), reviewer=ANA))
    clock.advance(seconds=4)
    await voted(database, case, ANA, REJECT)
    rows = await database.read(lambda c: c.execute(select(reviews)).all())
    assert [(row.reviewer, row.seconds) for row in rows] == [(ANA, 4.0)]


async def test_of_an_escalated_one_the_deciding_vote_is_the_answer(database: Database) -> None:
    case = await submitted(database, violation=UNSURE, callback_url=CALLER)
    decided = await voted(database, case, ANA, APPROVE)
    assert (decided.state, decided.outcome and decided.outcome.label) == ("decided", "clean")
    check = (await read(database, case)).check
    assert check is not None
    assert (check.state, check.reviewer, check.label) == (CheckState.DISPUTED, ANA, "clean")
    assert await told(database) == ["case.decided"]
    with pytest.raises(AlreadyDecided):
        await voted(database, case, BEN, APPROVE)


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_an_answer_that_contradicts_the_ai_is_adjudicated_and_revises(
    database: Database, violation: float
) -> None:
    case = await submitted(database, violation=violation, callback_url=CALLER)
    await voted(database, case, ANA, APPROVE)
    [call] = await sent(database, Kind.ADJUDICATORS)
    assert call["called"] == ["@moderation-leads"]
    wrong = REJECT if violation == UNSURE else APPROVE
    await settled(database, case, wrong)
    after = await read(database, case)
    assert after.check is not None
    assert after.outcome is not None
    label = moderation().label_for(wrong, case.label)
    assert (after.check.state, after.check.final_label) == (CheckState.SETTLED, label)
    assert (after.check.label, after.check.settled_by) == ("clean", SUE)
    assert (after.outcome.label, after.outcome.reviewer, after.outcome.note) == (label, SUE, "So.")
    assert after.outcome.overruled is not None
    assert (await told(database))[-1] == "case.revised"
    stored = await database.read(
        lambda c: c.execute(select(outcomes.c.label).order_by(outcomes.c.revision)).scalars().all()
    )
    assert len(stored) == 2
    assert await database.read(first_break) is None


async def test_an_audit_may_only_count(database: Database) -> None:
    case = await submitted(database, violation=SURE, callback_url=CALLER)
    await voted(database, case, ANA, APPROVE)
    await settled(database, case, APPROVE, audit_revises=False)
    after = await read(database, case)
    assert after.check is not None
    assert after.check.final_label == "clean"
    assert after.outcome == case.outcome
    assert await told(database) == []


async def test_an_adjudicator_who_sides_with_the_ai_leaves_what_stood(database: Database) -> None:
    case = await submitted(database, violation=SURE, callback_url=CALLER)
    await voted(database, case, ANA, APPROVE)
    await settled(database, case, REJECT)
    after = await read(database, case)
    assert after.check is not None
    assert (after.check.label, after.check.final_label) == ("clean", "violation")
    assert after.outcome == case.outcome


async def test_nobody_settles_their_own_answer_nor_what_is_settled(database: Database) -> None:
    case = await submitted(database, violation=SURE)
    await voted(database, case, ANA, APPROVE)
    with pytest.raises(AdjudicationRefused, match="you have voted"):
        await settled(database, case, APPROVE, by=ANA)
    await settled(database, case, APPROVE)
    with pytest.raises(AlreadyDecided):
        await settled(database, case, REJECT, by=BEN)


async def test_whoever_answered_a_check_of_two_answers_once(database: Database) -> None:
    two = moderation().model_copy(update={"double_review": 1.0})
    case = await submitted(database, violation=SURE, use_case=two, chances=Chances(double=0.5))
    assert case.reviews_needed == 2
    await voted(database, case, ANA, REJECT)
    with pytest.raises(AlreadyVoted):
        await voted(database, case, ANA, REJECT)
    waiting = await read(database, case)
    assert waiting.check is not None
    assert waiting.check.state is CheckState.OPEN
    await voted(database, case, BEN, APPROVE)
    split = await read(database, case)
    assert as_seen(split, use_case=two).state is CaseState.DISPUTED
    await settled(database, case, REJECT)
    after = await read(database, case)
    assert after.check is not None
    assert (after.check.state, after.check.final_label) == (CheckState.SETTLED, "violation")
    assert after.outcome == case.outcome


@pytest.mark.parametrize("violation", [SURE, UNSURE])
@pytest.mark.parametrize("verdict", [APPROVE, REJECT, FLAG])
async def test_an_answer_is_taken_back_within_the_time_the_policy_gives(
    database: Database, clock: Clock, violation: float, verdict: Verdict
) -> None:
    case = await submitted(database, violation=violation)
    await voted(database, case, ANA, verdict)
    with pytest.raises(UndoRefused, match="somebody else"):
        await database.write(lambda tx: undo(tx, case.id, by=BEN, use_case=moderation()))
    back = await database.write(lambda tx: undo(tx, case.id, by=ANA, use_case=moderation()))
    assert as_seen(back).state is CaseState.OPEN
    assert back.check == case.check
    await voted(database, case, BEN, verdict)
    clock.advance(minutes=3)
    with pytest.raises(UndoRefused, match="for 2m only"):
        await database.write(lambda tx: undo(tx, case.id, by=BEN, use_case=moderation()))
    assert await database.read(first_break) is None


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_what_an_adjudicator_looked_at_is_not_taken_back(
    database: Database, violation: float
) -> None:
    case = await submitted(database, violation=violation)
    await voted(database, case, ANA, APPROVE)
    await settled(database, case, APPROVE)
    with pytest.raises(UndoRefused, match="somebody else"):
        await database.write(lambda tx: undo(tx, case.id, by=ANA, use_case=moderation()))


async def test_review_mode_serves_checks_like_cases_and_the_queue_counts_them(
    database: Database,
) -> None:
    stood = await submitted(database, "stood", violation=SURE)
    waits = await submitted(database, "waits", violation=UNSURE)
    assert (await database.read(lambda c: numbers_of(c, "content-moderation"))).open == 2
    served = set()
    for reviewer in (ANA, BEN, SUE):
        case = await database.write(
            lambda tx, by=reviewer: claim_next(tx, use_case=moderation(), reviewer=by)  # type: ignore[misc]
        )
        served.add(case and case.id)
    assert served == {stood.id, waits.id, None}
    await voted(database, stood, ANA, REJECT)
    await voted(database, waits, ANA, REJECT)
    assert (await database.read(lambda c: numbers_of(c, "content-moderation"))).open == 0


async def test_the_place_of_a_check_in_the_order_is_drawn(database: Database) -> None:
    for key, place in (("first", 0.1), ("last", 0.9)):
        await submitted(database, key, violation=SURE, chances=Chances(place=place))
    await submitted(database, "between", draw=OUTSIDE)  # its margin is 0.4
    order = []
    for reviewer in (ANA, BEN, SUE):
        case = await database.write(
            lambda tx, by=reviewer: claim_next(tx, use_case=moderation(), reviewer=by)  # type: ignore[misc]
        )
        order.append(case and case.key)
    assert order == ["first", "between", "last"]


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_a_deadline_shows_the_same_whatever_waits(
    database: Database, clock: Clock, violation: float
) -> None:
    case = await submitted(database, violation=violation)
    rules = moderation().model_copy(
        update={"deadline": Deadline(remind=("30m",), due="1h", then=APPROVE)}
    )
    clock.advance(minutes=31)
    await database.write(lambda tx: take_steps(tx, case.id, use_case=rules))
    clock.advance(minutes=31)
    await database.write(lambda tx: take_steps(tx, case.id, use_case=rules))
    after = await read(database, case)
    seen = as_seen(after, use_case=rules)
    assert seen.outcome is not None
    assert (seen.state, seen.outcome.label) == (CaseState.DECIDED, "clean")
    assert (seen.outcome.by, seen.outcome.reviewer) == (By.DEADLINE, None)
    replies = [payload["says"] for payload in await sent(database, Kind.THREAD_REPLY)]
    assert replies == ["reminder", "decided_by_deadline"]
    assert after.check is not None
    assert (after.check.state, after.check.final_label) == (CheckState.WITHDRAWN, None)
    if violation == SURE:
        assert after.outcome == case.outcome


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_a_dispute_waits_and_is_reminded_of_alike_whatever_it_is_about(
    database: Database, clock: Clock, violation: float
) -> None:
    rules = moderation().model_copy(
        update={
            "double_review": 1.0,
            "deadline": Deadline(remind=("30m",), due="1h", then="ai"),
        }
    )
    chances = Chances(double=0.5)
    case = await submitted(database, violation=violation, use_case=rules, chances=chances)
    for who, verdict in ((ANA, REJECT), (BEN, APPROVE)):
        await voted(database, case, who, verdict)
    assert (await database.read(lambda c: numbers_of(c, rules.name))).open == 1
    assert not await database.write(lambda tx: claim_next(tx, use_case=rules, reviewer=SUE))
    for _ in range(3):
        clock.advance(minutes=31)
        await take_due_steps(database, Policy(use_cases={rules.name: rules}))
    called = list(rules.who_adjudicates)
    assert await sent(database, Kind.THREAD_REPLY) == [
        {"says": says, "called": called} for says in ("disputed", "dispute_reminder", "overdue")
    ]
    after = await read(database, case)
    assert as_seen(after, use_case=rules).state is CaseState.DISPUTED
    assert after.outcome == case.outcome
    await settled(database, case, APPROVE)
    assert (await database.read(lambda c: numbers_of(c, rules.name))).open == 0


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_adjudicators_are_reminded_directly_of_an_answer_that_contradicts_the_ai(
    database: Database, clock: Clock, violation: float
) -> None:
    deadline = Deadline(remind=("30m",), due="1h", then="ai")
    rules = moderation().model_copy(update={"deadline": deadline})
    case = await submitted(database, violation=violation, use_case=rules)
    answered = await voted(database, case, ANA, APPROVE)
    for _ in range(3):
        clock.advance(minutes=31)
        for _ in range(2):
            await take_due_steps(database, Policy(use_cases={rules.name: rules}))
    called = list(rules.who_adjudicates)
    assert await sent(database, Kind.ADJUDICATORS) == [
        {"called": called, "again": again} for again in (False, True, True)
    ]
    assert await sent(database, Kind.THREAD_REPLY) == []  # whoever answers blind would learn of it
    after = await read(database, case)
    assert after == answered
    await settled(database, case, APPROVE)
    assert await database.read(first_break) is None


async def test_nobody_is_reminded_of_what_the_adjudicators_have_settled(
    database: Database, clock: Clock
) -> None:
    rules = moderation().model_copy(update={"deadline": Deadline(remind=("30m",))})
    case = await submitted(database, violation=SURE, use_case=rules)
    await voted(database, case, ANA, APPROVE)
    await settled(database, case, APPROVE)
    clock.advance(hours=1)
    await take_due_steps(database, Policy(use_cases={rules.name: rules}))
    assert len(await sent(database, Kind.ADJUDICATORS)) == 1


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_people_withdraw_what_they_are_asked(database: Database, violation: float) -> None:
    case = await submitted(database, violation=violation, callback_url=CALLER)
    await database.write(
        lambda tx: withdraw(tx, case.id, by=SUE, reason="A test.", from_people=True)
    )
    after = await read(database, case)
    assert after.check is not None
    assert after.check.state is CheckState.WITHDRAWN
    assert as_seen(after).state is CaseState.WITHDRAWN
    if violation == SURE:
        assert (after.state, await told(database)) == (CaseState.DECIDED, [])
    else:
        assert (after.state, await told(database)) == (CaseState.WITHDRAWN, ["case.withdrawn"])


async def test_a_caller_cannot_withdraw_what_stands_for_all_that_it_is_checked(
    database: Database,
) -> None:
    case = await submitted(database, violation=SURE)
    with pytest.raises(AlreadyDecided, match="already decided by the AI: violation"):
        await database.write(lambda tx: withdraw(tx, case.id, by="caller"))


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_a_lead_overrules_an_answer_as_any_decision(
    database: Database, violation: float
) -> None:
    case = await submitted(database, violation=violation, callback_url=CALLER)
    await voted(database, case, ANA, REJECT)
    await database.write(
        lambda tx: overrule(
            tx, case.id, label="clean", by=SUE, reason="A quote.", use_case=moderation()
        )
    )
    after = await read(database, case)
    assert after.outcome is not None
    assert after.outcome.label == "clean"
    assert (await told(database))[-1] == "case.revised"
    assert await database.read(first_break) is None


@pytest.mark.parametrize("violation", [SURE, UNSURE])
async def test_a_flagged_answer_is_watched_until_it_is_cleared(
    database: Database, violation: float
) -> None:
    case = await submitted(database, violation=violation)
    flagged = await voted(database, case, ANA, FLAG)
    seen = as_seen(flagged, use_case=moderation())
    assert seen.outcome is not None
    assert seen.outcome.flagged
    cleared = await database.write(
        lambda tx: clear_flag(tx, case.id, by=ANA, use_case=moderation())
    )
    seen = as_seen(cleared, use_case=moderation())
    assert seen.outcome is not None
    assert not seen.outcome.flagged


def seven(key: str = "digit-1", *, confidence: float = 0.6) -> Submission:
    prediction = Prediction({"7": confidence, "1": round(1 - confidence, 6)})
    return Submission(key=key, fingerprint=key, prediction=prediction, title="A digit")


@pytest.mark.parametrize("confidence", [0.6, 0.95])
async def test_a_label_alone_answers_where_labels_have_no_verdicts(
    database: Database, confidence: float
) -> None:
    case, _ = await database.write(
        lambda tx: submit(tx, seven(confidence=confidence), use_case=digits(), draw=IN_THE_SAMPLE)
    )
    with pytest.raises(LabelRequired) as refused:
        await voted(database, case, ANA, APPROVE, use_case=digits())
    assert "instead of" not in str(refused.value)
    await database.write(
        # A verdict speaks of a proposal that nobody has seen, so it says nothing.
        lambda tx: vote(tx, case.id, verdict=APPROVE, label="3", reviewer=ANA, use_case=digits())
    )
    check = (await read(database, case)).check
    assert check is not None
    assert (check.label, check.verdict, check.state) == ("3", REJECT, CheckState.DISPUTED)


async def test_what_happened_to_a_check_is_in_the_history(database: Database) -> None:
    case = await submitted(database, violation=SURE)
    await voted(database, case, ANA, APPROVE)
    await settled(database, case, APPROVE)
    events = await database.read(lambda c: case_history(c, case.id))
    assert [event.type for event in events] == [
        "submitted",
        "decided",
        "checked",
        "check_disputed",
        "check_adjudicated",
        "revised",
    ]
