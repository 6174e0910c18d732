"""The first verdict on a case is its outcome."""

import asyncio
from datetime import timedelta

import pytest
from sqlalchemy import update

from hitl.cases import Case
from hitl.review import (
    AlreadyDecided,
    CaseNotFound,
    CaseWithdrawn,
    LabelNotAllowed,
    LabelRequired,
    add_note,
    hand_over,
    submit,
    vote,
    withdraw,
)
from hitl.routing import Prediction
from hitl.storage.database import Database
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.tables import cases, outbox
from hitl.storage.taking import take
from hitl.vocabulary import By, CaseState, Verdict
from tests.conftest import Clock
from tests.examples import digits, moderation, post

ANA, BEN = "U0ANA", "U0BEN"


@pytest.fixture
async def open_case(database: Database) -> Case:
    case, _ = await database.write(lambda tx: submit(tx, post(), use_case=moderation(), draw=0.5))
    return case


@pytest.fixture
async def open_digit(database: Database) -> Case:
    seven = post(prediction=Prediction(scores={"7": 0.6, "1": 0.3}))
    case, _ = await database.write(lambda tx: submit(tx, seven, use_case=digits(), draw=0.5))
    return case


@pytest.mark.parametrize(
    ("verdict", "label", "flagged"),
    [
        (Verdict.APPROVE, "clean", False),
        (Verdict.REJECT, "violation", False),
        (Verdict.FLAG, "clean", True),
    ],
)
async def test_a_verdict_stores_the_label_it_is_tied_to(
    database: Database, open_case: Case, clock: Clock, verdict: Verdict, label: str, flagged: bool
) -> None:
    clock.advance(seconds=7)
    case = await database.write(
        lambda tx: vote(tx, open_case.id, verdict=verdict, reviewer=ANA, use_case=moderation())
    )
    assert case.state is CaseState.DECIDED
    assert case.outcome is not None
    assert (case.outcome.label, case.outcome.flagged) == (label, flagged)
    assert (case.outcome.by, case.outcome.reviewer) == (By.REVIEWER, ANA)
    assert case.outcome.decided_at == clock.now
    assert await database.read(lambda connection: case_by_id(connection, case.id)) == case


async def test_a_second_verdict_on_a_case_is_refused_and_names_the_first(
    database: Database, open_case: Case
) -> None:
    await database.write(
        lambda tx: vote(
            tx, open_case.id, verdict=Verdict.REJECT, reviewer=ANA, use_case=moderation()
        )
    )
    with pytest.raises(AlreadyDecided, match=f"already decided by {ANA}: violation") as refusal:
        await database.write(
            lambda tx: vote(
                tx, open_case.id, verdict=Verdict.APPROVE, reviewer=BEN, use_case=moderation()
            )
        )
    assert refusal.value.outcome.reviewer == ANA


async def test_of_many_verdicts_at_once_exactly_one_stands(
    database: Database, open_case: Case
) -> None:
    def press(reviewer: str) -> asyncio.Future[Case]:
        return asyncio.ensure_future(
            database.write(
                lambda tx: vote(
                    tx,
                    open_case.id,
                    verdict=Verdict.APPROVE,
                    reviewer=reviewer,
                    use_case=moderation(),
                )
            )
        )

    answers = await asyncio.gather(
        *(press(f"U{number}") for number in range(40)), return_exceptions=True
    )
    winners = [answer for answer in answers if isinstance(answer, Case)]
    losers = [answer for answer in answers if isinstance(answer, AlreadyDecided)]
    assert (len(winners), len(losers)) == (1, 39)
    assert winners[0].outcome is not None
    assert {loser.outcome.reviewer for loser in losers} == {winners[0].outcome.reviewer}


async def test_rejecting_one_of_many_labels_needs_the_right_one(
    database: Database, open_digit: Case
) -> None:
    with pytest.raises(LabelRequired, match="Say which label is right instead of 7"):
        await database.write(
            lambda tx: vote(
                tx, open_digit.id, verdict=Verdict.REJECT, reviewer=ANA, use_case=digits()
            )
        )
    case = await database.write(
        lambda tx: vote(
            tx, open_digit.id, verdict=Verdict.REJECT, label="1", reviewer=ANA, use_case=digits()
        )
    )
    assert case.outcome is not None
    assert case.outcome.label == "1"


@pytest.mark.parametrize(
    ("verdict", "label"), [(Verdict.REJECT, "7"), (Verdict.APPROVE, "1"), (Verdict.REJECT, "x")]
)
async def test_a_label_that_contradicts_the_verdict_is_refused(
    database: Database, open_digit: Case, verdict: Verdict, label: str
) -> None:
    with pytest.raises(LabelNotAllowed):
        await database.write(
            lambda tx: vote(
                tx, open_digit.id, verdict=verdict, label=label, reviewer=ANA, use_case=digits()
            )
        )
    case = await database.read(lambda connection: case_by_id(connection, open_digit.id))
    assert case.state is CaseState.OPEN


async def test_a_withdrawn_case_takes_no_verdict(database: Database, open_case: Case) -> None:
    await database.write(lambda tx: withdraw(tx, open_case.id, by="caller", reason="duplicate"))
    again = await database.write(lambda tx: withdraw(tx, open_case.id, by="caller"))
    assert again.state is CaseState.WITHDRAWN
    with pytest.raises(CaseWithdrawn):
        await database.write(
            lambda tx: vote(
                tx, open_case.id, verdict=Verdict.APPROVE, reviewer=ANA, use_case=moderation()
            )
        )


async def test_a_decided_case_is_not_withdrawn(database: Database, open_case: Case) -> None:
    await database.write(
        lambda tx: vote(
            tx, open_case.id, verdict=Verdict.APPROVE, reviewer=ANA, use_case=moderation()
        )
    )
    with pytest.raises(AlreadyDecided):
        await database.write(lambda tx: withdraw(tx, open_case.id, by="caller"))


async def test_a_case_that_does_not_exist_is_named(database: Database) -> None:
    with pytest.raises(CaseNotFound, match="There is no case 999"):
        await database.write(
            lambda tx: vote(tx, 999, verdict=Verdict.FLAG, reviewer=ANA, use_case=moderation())
        )


async def test_every_change_of_a_case_is_in_its_history(
    database: Database, open_case: Case
) -> None:
    await database.write(lambda tx: add_note(tx, open_case.id, author=ANA, text="seen before"))
    await database.write(
        lambda tx: hand_over(tx, open_case.id, by=ANA, to=BEN, use_case=moderation())
    )
    case = await database.write(
        lambda tx: vote(tx, open_case.id, verdict=Verdict.FLAG, reviewer=BEN, use_case=moderation())
    )
    history = await database.read(lambda connection: case_history(connection, open_case.id))
    assert [(event.type, event.actor) for event in history] == [
        ("submitted", "caller"),
        ("note_added", ANA),
        ("handed_over", ANA),
        ("decided", BEN),
    ]
    assert [note.text for note in case.notes] == ["seen before"]


async def sent(database: Database) -> list[tuple[str, str, str]]:
    rows = await database.read(lambda c: c.execute(outbox.select()).all())
    return [(row.kind, row.lane, row.state) for row in rows]


async def begin_to_post(database: Database) -> None:
    await database.write(
        lambda tx: take(
            tx, lease="a", lease_for=timedelta(seconds=30), rates=lambda _lane: None, most=9
        )
    )


async def test_what_must_be_sent_is_written_with_the_verdict(
    database: Database, open_case: Case
) -> None:
    await begin_to_post(database)
    await database.write(
        lambda tx: vote(
            tx,
            open_case.id,
            verdict=Verdict.FLAG,
            reviewer=BEN,
            use_case=moderation(),
            response_url="https://hooks.slack.com/actions/1",
        )
    )
    assert await sent(database) == [
        ("card.post", "slack/post:#moderation", "waiting"),
        ("card.update", "slack/respond", "waiting"),
    ]


async def test_a_card_nobody_began_to_post_is_not_posted_for_a_case_that_waits_no_more(
    database: Database, open_case: Case
) -> None:
    await database.write(lambda tx: add_note(tx, open_case.id, author=ANA, text="seen before"))
    assert await sent(database) == [("card.post", "slack/post:#moderation", "waiting")]
    await database.write(
        lambda tx: vote(tx, open_case.id, verdict=Verdict.FLAG, reviewer=BEN, use_case=moderation())
    )
    assert await sent(database) == [("card.post", "slack/post:#moderation", "skipped")]


async def disputed(database: Database, case: Case) -> None:
    change = update(cases).where(cases.c.id == case.id).values(state=CaseState.DISPUTED)
    await database.write(lambda tx: tx.connection.execute(change))


async def test_a_disputed_case_is_withdrawn(database: Database, open_case: Case) -> None:
    await disputed(database, open_case)
    withdrawn = await database.write(lambda tx: withdraw(tx, open_case.id, by="caller"))
    case = await database.read(lambda connection: case_by_id(connection, open_case.id))
    assert case == withdrawn
    assert case.state is CaseState.WITHDRAWN
