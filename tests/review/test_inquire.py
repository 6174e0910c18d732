"""A reviewer asks the submitter; the answer stands on the case, once."""

from typing import Any

import pytest
from sqlalchemy import select, update

from hitl.cases import Case
from hitl.review import (
    AlreadyAnswered,
    AlreadyDecided,
    NobodyToAsk,
    QuestionNotFound,
    SkipReason,
    ask_submitter,
    claim_next,
    skip,
    submit,
    take_reply,
    vote,
)
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import case_by_id, case_history
from hitl.storage.tables import inquiries, outbox
from hitl.storage.verification import first_break
from hitl.vocabulary import Verdict
from tests.examples import moderation, post

ANA = "U0ANA"
CALLER, HOOK = "https://caller.example/told", "https://hooks.example/all"
ASKED, TOLD = "Was it posted before?", "Twice, on Monday."


async def submitted(database: Database, **changes: Any) -> Case:
    values = {"callback_url": CALLER} | changes
    made, _ = await database.write(
        lambda tx: submit(tx, post(**values), use_case=moderation(), draw=0.5)
    )
    return made


async def asked(database: Database, case: Case, *, webhooks: tuple[str, ...] = ()) -> int:
    """The id of the new question."""
    rules = moderation().model_copy(update={"webhooks": webhooks})
    after = await database.write(
        lambda tx: ask_submitter(tx, case.id, by=ANA, text=ASKED, use_case=rules)
    )
    return after.inquiries[-1].id


async def replied(database: Database, case: Case, question: int, text: str = TOLD) -> bool:
    _, is_new = await database.write(
        lambda tx: take_reply(tx, case.id, question, by="key 1", text=text, channel="#moderation")
    )
    return is_new


async def told(database: Database, kind: Kind) -> list[dict[str, Any]]:
    rows = select(outbox.c.payload).where(outbox.c.kind == kind).order_by(outbox.c.id)
    return list(await database.read(lambda c: c.execute(rows).scalars().all()))


async def test_a_question_goes_to_every_address_of_the_case_once(database: Database) -> None:
    case = await submitted(database)
    question = await asked(database, case, webhooks=(HOOK, CALLER))
    sent = await told(database, Kind.WEBHOOK)
    assert [each["target"] for each in sent] == [CALLER, HOOK]
    body = sent[0]["body"]
    assert body["type"] == "case.question"
    assert body["data"]["id"] == case.id
    assert body["data"]["question"]["id"] == question
    assert body["data"]["question"]["text"] == ASKED


async def test_an_answer_stands_on_the_case_and_is_told_in_its_thread(database: Database) -> None:
    case = await submitted(database)
    question = await asked(database, case)
    assert await replied(database, case, question)
    [kept] = (await database.read(lambda c: case_by_id(c, case.id))).inquiries
    assert (kept.text, kept.answer, kept.answered_by) == (ASKED, TOLD, "key 1")
    assert await told(database, Kind.THREAD_REPLY) == [
        {"says": "submitter_answered", "question": question}
    ]


async def test_the_same_answer_again_changes_nothing_and_another_is_refused(
    database: Database,
) -> None:
    case = await submitted(database)
    question = await asked(database, case)
    assert await replied(database, case, question)
    assert not await replied(database, case, question)
    with pytest.raises(AlreadyAnswered):
        await replied(database, case, question, "Never.")
    assert len(await told(database, Kind.THREAD_REPLY)) == 1
    [kept] = (await database.read(lambda c: case_by_id(c, case.id))).inquiries
    assert kept.answer == TOLD


async def test_only_questions_of_the_case_can_be_answered(database: Database) -> None:
    case, other = await submitted(database), await submitted(database, key="post-2")
    question = await asked(database, case)
    for case_id, number in ((other.id, question), (case.id, question + 1)):
        with pytest.raises(QuestionNotFound):
            await database.write(
                lambda tx, c=case_id, n=number: take_reply(  # type: ignore[misc]
                    tx, c, n, by="key 1", text=TOLD, channel=None
                )
            )


async def test_nobody_is_asked_where_no_address_is_known_or_nothing_is_to_be_decided(
    database: Database,
) -> None:
    silent = await submitted(database, callback_url=None)
    with pytest.raises(NobodyToAsk):
        await asked(database, silent)
    case = await submitted(database, key="post-2")
    question = await asked(database, case)
    await database.write(
        lambda tx: vote(tx, case.id, verdict=Verdict.REJECT, reviewer=ANA, use_case=moderation())
    )
    with pytest.raises(AlreadyDecided):
        await asked(database, case)
    # Too late to decide by, and still worth keeping.
    assert await replied(database, case, question)


async def test_a_case_put_aside_for_an_answer_comes_back_with_it(database: Database) -> None:
    case = await submitted(database)

    async def served() -> int | None:
        found = await database.write(lambda tx: claim_next(tx, use_case=moderation(), reviewer=ANA))
        return None if found is None else found.id

    assert await served() == case.id
    question = await asked(database, case)
    reason = SkipReason.NEEDS_INFORMATION
    await database.write(lambda tx: skip(tx, case.id, reviewer=ANA, reason=reason))
    assert await served() is None
    await replied(database, case, question)
    assert await served() == case.id


async def test_the_history_vouches_for_question_and_answer_and_neither_stands_in_it(
    database: Database,
) -> None:
    case = await submitted(database)
    await replied(database, case, await asked(database, case))
    events = await database.read(lambda c: case_history(c, case.id))
    assert [event.type for event in events][1:] == ["submitter_asked", "submitter_answered"]
    assert all(ASKED not in str(event) and TOLD not in str(event) for event in events)
    assert await database.read(first_break) is None
    for column in ("text", "answer"):
        before = await database.read(lambda c, n=column: c.execute(select(inquiries.c[n])).scalar())  # type: ignore[misc]
        for words, is_sound in (("Other words", False), (None, True), (before, True)):
            changed = update(inquiries).values({column: words})
            await database.write(lambda tx, s=changed: tx.connection.execute(s))  # type: ignore[misc]
            assert (await database.read(first_break) is None) == is_sound
