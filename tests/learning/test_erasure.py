"""What people wrote leaves every table and file; what was decided stays and still proves itself."""

import json
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select, text
from sqlmodel import SQLModel

from bot.scheduler.retention import erase_old
from bot.slack.cards.case import case_card
from hitl.blindness import as_seen
from hitl.policy import Policy
from hitl.review import (
    CaseErased,
    EraseRefused,
    Feedback,
    NewEvidence,
    NewPicture,
    Reply,
    add_note,
    ask_submitter,
    erase,
    give_feedback,
    note_reply,
    overrule,
    submit,
    take_reply,
    undo,
    vote,
)
from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.engines import database_url as parsed
from hitl.storage.queries import case_by_id
from hitl.storage.questions import Via
from hitl.storage.slack_copies import Place
from hitl.storage.tables import outbox, pictures
from hitl.storage.verification import first_break
from hitl.vocabulary import CaseState, CheckState, Verdict
from tests.conftest import Clock
from tests.examples import moderation, post
from tests.learning.reading import decided, labels_after, submitted, voted
from tests.slack.samples import MODERATION, NOON, by_ana
from tests.slack.samples import post as a_case

CANARY = "Kanarienvogel-4711"


def personal(tx: Transaction, key: str = "post-1", *, size: int = 1) -> int:
    """The id of a decided case with the canary in everything that a person can write."""
    words = CANARY * size
    evidence = (
        NewEvidence(title=words, text=words),
        NewEvidence(title="F", fields=((words, words),)),
        NewEvidence(title="P", picture=NewPicture("image/png", b"\x89PNG" + words.encode())),
    )
    submission = post(
        key, title=words, text=words, reason=words, evidence=evidence, metadata={words: [words]}
    )
    told = moderation().model_copy(update={"webhooks": ("https://caller.example/hitl",)})
    case, _ = submit(tx, submission, use_case=told, draw=0.5)
    add_note(tx, case.id, author="U0BEN", text=words)
    vote(tx, case.id, verdict=Verdict.REJECT, reviewer="U0ANA", use_case=told, note=words)
    return case.id


def holding(connection: Connection, words: str) -> list[str]:
    """The tables in which the words still are."""
    return [
        table.name
        for table in SQLModel.metadata.sorted_tables
        if any(words in str(list(row)) for row in connection.execute(select(table)))
    ]


async def test_every_table_forgets_and_what_was_decided_stays(database: Database) -> None:
    case_id = await database.write(personal)
    before = await database.read(lambda c: case_by_id(c, case_id))
    (label,) = await labels_after(database)
    assert len(await database.read(partial(holding, words=CANARY))) >= 5
    assert await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    assert await database.read(partial(holding, words=CANARY)) == []
    after = await database.read(lambda c: case_by_id(c, case_id))
    assert (after.label, after.scores, after.state) == (before.label, before.scores, "decided")
    assert after.outcome is not None
    assert after.outcome.label == "violation"
    assert (after.erased, after.title, after.notes) == (True, None, ())
    (again,) = await labels_after(database, int(label["cursor"]))
    assert (again["change"], again["label"], again["input"]) == ("erased", "violation", None)
    assert await database.read(first_break) is None


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_files_of_the_database_forget(database: Database, database_url: str) -> None:
    case_ids = [
        await database.write(partial(personal, key=f"post-{number}", size=1 + number * 29 % 400))
        for number in range(40)
    ]
    for case_id in case_ids:
        await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    await database.forget_erased()
    file = Path(str(parsed(database_url).database))
    for path in (file, file.with_name(f"{file.name}-wal")):
        assert CANARY.encode() not in path.read_bytes(), path.name
    assert await database.read(first_break) is None


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_what_the_files_can_t_forget_yet_is_said_and_forgotten_later(
    database: Database, database_url: str
) -> None:
    file = Path(str(parsed(database_url).database))
    case_id = await database.write(personal)
    reader = sqlite3.connect(file, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM cases").fetchone()
    await database.write(lambda tx: tx.connection.execute(text("PRAGMA busy_timeout = 0")))
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    with pytest.raises(StorageUnavailable, match="not yet from the log"):
        await database.forget_erased()
    reader.close()
    await erase_old(database, Policy(use_cases={moderation().name: moderation()}))
    assert CANARY.encode() not in file.with_name(f"{file.name}-wal").read_bytes()


async def test_the_same_item_sent_again_is_still_the_same_case(database: Database) -> None:
    case_id = await database.write(personal)
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    again, is_new = await database.write(
        lambda tx: submit(tx, post("post-1"), use_case=moderation(), draw=0.5)
    )
    assert (again.id, is_new) == (case_id, False)


async def test_callers_that_are_still_to_be_told_hear_the_outcome(database: Database) -> None:
    case_id = await database.write(personal)
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    payloads: list[dict[str, Any]] = await database.read(
        lambda c: list(
            c.execute(select(outbox.c.payload).where(outbox.c.kind == "webhook")).scalars()
        )
    )
    (told,) = payloads
    assert told["target"] == "https://caller.example/hitl"
    assert told["body"]["data"]["outcome"]["label"] == "violation"
    assert told["body"]["data"]["outcome"]["note"] is None


async def test_copies_of_pictures_leave_slack(database: Database) -> None:
    case_id = await database.write(personal)
    await database.write(
        lambda tx: tx.connection.execute(pictures.update().values(slack_file="F0PIC"))
    )
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    removals = await database.read(
        lambda c: list(
            c.execute(select(outbox.c.payload).where(outbox.c.kind == "file_removal")).scalars()
        )
    )
    assert removals == [{"files": ["F0PIC"]}]


async def test_a_case_that_people_are_asked_about_is_not_erased(database: Database) -> None:
    case_id = await database.write(partial(submitted, key="post-1"))
    with pytest.raises(EraseRefused, match="withdraw it first"):
        await database.write(partial(erase, case_id=case_id, by="U0LEA"))


async def test_erasing_twice_changes_nothing(database: Database) -> None:
    case_id = await database.write(personal)
    assert await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    assert not await database.write(partial(erase, case_id=case_id, by="U0LEA"))


Writing = Callable[[Transaction, int], object]
WRITINGS: dict[str, Writing] = {
    "a note": lambda tx, case_id: add_note(tx, case_id, author="U0BEN", text=CANARY),
    "a reason": lambda tx, case_id: overrule(
        tx, case_id, label="clean", by="U0LEA", reason=CANARY, use_case=moderation()
    ),
    "another vote after undo": lambda tx, case_id: undo(
        tx, case_id, by="U0ANA", use_case=moderation()
    ),
}


@pytest.mark.parametrize("write", WRITINGS.values(), ids=WRITINGS.keys())
async def test_nothing_is_written_on_an_erased_case(database: Database, write: Writing) -> None:
    case_id = await database.write(personal)
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    with pytest.raises(CaseErased):
        await database.write(lambda tx: write(tx, case_id))
    assert await database.read(partial(holding, words=CANARY)) == []


async def test_a_reply_in_the_thread_of_an_erased_case_stays_talk(database: Database) -> None:
    case_id = await database.write(personal)
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    reply = Reply(Place("C0MOD", "1700000100.000100"), author="U0BEN", text=CANARY)
    assert not await database.write(lambda tx: note_reply(tx, case_id, reply))
    assert await database.read(partial(holding, words=CANARY)) == []


async def test_a_submitters_late_answer_is_not_kept(database: Database) -> None:
    told = moderation().model_copy(update={"webhooks": ("https://caller.example/hitl",)})
    case_id = await database.write(partial(submitted, key="post-1"))
    asked = await database.write(
        lambda tx: ask_submitter(tx, case_id, by="U0ANA", text="Who is it?", use_case=told)
    )
    await database.write(partial(voted, case_id=case_id))
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    with pytest.raises(CaseErased):
        await database.write(
            lambda tx: take_reply(
                tx, case_id, asked.inquiries[0].id, by="key 1", text=CANARY, channel=None
            )
        )


async def test_late_feedback_counts_and_does_not_name_who_gave_it(database: Database) -> None:
    case_id = await database.write(partial(submitted, key="p", violation=0.01))
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    said = Feedback(right=False, label="violation", by=CANARY, via=Via.API)
    _, is_new = await database.write(
        lambda tx: give_feedback(tx, case_id, said, use_case=moderation())
    )
    assert is_new
    assert await database.read(partial(holding, words=CANARY)) == []


async def test_an_erased_dispute_over_a_check_is_over(database: Database) -> None:
    case_id = await database.write(partial(submitted, key="p", violation=0.01, draw=0.01))
    await database.write(partial(voted, case_id=case_id))
    before = await database.read(partial(case_by_id, case_id=case_id))
    assert before.check is not None
    assert before.check.state is CheckState.DISPUTED
    await database.write(partial(erase, case_id=case_id, by="U0LEA"))
    after = await database.read(partial(case_by_id, case_id=case_id))
    assert after.check is not None
    assert (after.check.state, after.check.label) == (CheckState.WITHDRAWN, "violation")
    assert as_seen(after).state is CaseState.DECIDED
    assert await database.read(first_break) is None


async def test_retention_erases_what_is_old_and_done(database: Database, clock: Clock) -> None:
    kept = moderation().model_copy(update={"retention": "30d"})
    policy = Policy(use_cases={kept.name: kept})
    old = await database.write(partial(personal, key="old"))
    waiting = await database.write(partial(submitted, key="old, and waits"))
    reopened = await database.write(partial(decided, key="old, and reopened"))
    await database.write(lambda tx: undo(tx, reopened, by="U0ANA", use_case=kept))
    clock.advance(days=30, seconds=1)
    new = await database.write(partial(personal, key="new"))
    await erase_old(database, policy)
    erased = {
        case_id: (await database.read(partial(case_by_id, case_id=case_id))).erased
        for case_id in (old, waiting, reopened, new)
    }
    assert erased == {old: True, waiting: False, reopened: False, new: False}
    assert (await database.read(partial(case_by_id, case_id=reopened))).state is CaseState.OPEN


def test_the_card_says_so() -> None:
    decided_by_ana = by_ana(Verdict.REJECT, "violation")
    erased = a_case(title=None, text=None, reason=None, erased=True, **decided_by_ana)
    shown = json.dumps(case_card(erased, use_case=MODERATION, now=NOON).blocks)
    assert "has been erased" in shown
    assert "Overrule" not in shown
