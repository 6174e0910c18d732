"""The audit chain holds while nobody touches it, and names the place where somebody did."""

import asyncio
import json
import sqlite3
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from hitl.audit import Break, Checkpoint, Link
from hitl.cases import Case
from hitl.policy import Deadline, UseCase
from hitl.review import (
    NewEvidence,
    NewPicture,
    add_note,
    adjudicate,
    claim_next,
    clear_flag,
    hand_over,
    overrule,
    record_truth,
    release,
    submit,
    take_steps,
    undo,
    vote,
    withdraw,
)
from hitl.review.posted import How, PostedCard, record_posted
from hitl.storage.chain import PERSONAL
from hitl.storage.checkpoints import missing_checkpoint, record_checkpoint
from hitl.storage.database import Database, Transaction
from hitl.storage.slack_copies import Place
from hitl.storage.tables import audit_events, case_contents, notes, outcomes, pictures, reviews
from hitl.storage.taking import take
from hitl.storage.verification import first_break
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import moderation, post

ANA, BEN = "U0ANA", "U0BEN"
USE_CASE = moderation().model_copy(
    update={"deadline": Deadline.model_validate({"remind": ["30m"], "due": "4h", "then": "ai"})}
)
EVIDENCE = (
    NewEvidence("Thread", text="Who puts cream in a risotto?"),
    NewEvidence("Author", fields=(("Strikes", "0"),)),
    NewEvidence("Photo", picture=NewPicture("image/png", b"\x89PNG\r\n\x1a\n and more")),
)


class Desk:
    """Verbs on one database, a second after each other."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self.database = database
        self._clock = clock

    async def do(self, verb: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        self._clock.advance(seconds=1)
        return await self.database.write(lambda tx: verb(tx, *arguments, **named))

    async def submit(
        self, key: str = "post-1", *, use_case: UseCase = USE_CASE, **changes: Any
    ) -> Case:
        case, _ = await self.do(submit, post(key, **changes), use_case=use_case, draw=0.25)
        assert isinstance(case, Case)
        return case

    async def talked_over(self, key: str = "post-1", *, verdict: Verdict = Verdict.REJECT) -> Case:
        """A case of four events: submitted, noted, handed over, decided with a note."""
        case = await self.submit(key, evidence=EVIDENCE, metadata={"author": "mo", "score": 0.1})
        await self.do(add_note, case.id, author=ANA, text="I know the author")
        await self.do(hand_over, case.id, by=ANA, to=BEN, use_case=USE_CASE)
        await self.do(vote, case.id, verdict=verdict, reviewer=BEN, note="rude", use_case=USE_CASE)
        return case

    async def checkpoint(self) -> Checkpoint:
        self._clock.advance(minutes=2)
        made = await self.do(record_checkpoint)
        assert isinstance(made, Checkpoint)
        return made

    async def broken(self) -> Break | None:
        return await self.database.read(first_break)


@pytest.fixture
def desk(database: Database, clock: Clock) -> Desk:
    return Desk(database, clock)


async def test_whatever_happens_to_cases_their_chains_hold(desk: Desk, clock: Clock) -> None:
    await desk.talked_over()
    auto = await desk.submit("auto", violation=0.99)
    await desk.do(record_truth, auto.id, label="clean", source="appeal", use_case=USE_CASE)
    taken_back = await desk.submit("taken-back")
    await desk.do(withdraw, taken_back.id, by="caller", reason="Deleted by its author")
    claimed = await desk.do(claim_next, reviewer=ANA, use_case=USE_CASE, claim_for=timedelta(1))
    assert claimed is None
    waiting = await desk.submit("waiting")
    await desk.do(claim_next, reviewer=ANA, use_case=USE_CASE, claim_for=timedelta(minutes=5))
    await desk.do(release, waiting.id, reviewer=ANA)
    taken = await desk.do(
        take, lease="x", lease_for=timedelta(minutes=1), rates=lambda _lane: None, most=9
    )
    parcel = taken.parcels[-1]
    card = PostedCard(waiting.id, Place("C1", "1.2"), How.SENT)
    await desk.do(record_posted, parcel, card)
    clock.advance(minutes=31)
    await desk.do(take_steps, waiting.id, use_case=USE_CASE)
    clock.advance(hours=5)
    await desk.do(take_steps, waiting.id, use_case=USE_CASE)
    flagged = await desk.talked_over("flagged", verdict=Verdict.FLAG)
    await desk.do(clear_flag, flagged.id, by=ANA, use_case=USE_CASE)
    await desk.do(
        overrule, flagged.id, label="violation", by=ANA, reason="Look again", use_case=USE_CASE
    )
    undone = await desk.talked_over("undone")
    await desk.do(undo, undone.id, by=BEN, use_case=USE_CASE)
    two = USE_CASE.model_copy(update={"reviews_needed": 2})
    disputed = await desk.submit("disputed", use_case=two)
    for reviewer, verdict in ((ANA, Verdict.APPROVE), (BEN, Verdict.REJECT)):
        await desk.do(
            vote, disputed.id, verdict=verdict, reviewer=reviewer, note=reviewer, use_case=two
        )
    await desk.do(
        adjudicate, disputed.id, verdict=Verdict.FLAG, reviewer="U0DEV", note="hm", use_case=two
    )
    await desk.checkpoint()
    assert await desk.broken() is None
    types = await desk.database.read(
        lambda c: set(c.execute(select(audit_events.c.type)).scalars())
    )
    assert types >= {
        *("submitted", "decided", "note_added", "handed_over", "withdrawn", "truth_recorded"),
        *("claimed", "released", "posted", "reminded", "flag_cleared", "overruled", "undone"),
        *("voted", "disputed", "adjudicated"),
    }


async def test_those_who_act_on_a_case_at_once_follow_each_other_in_its_chain(
    desk: Desk, database_url: str, clock: Clock
) -> None:
    case = await desk.submit()
    replica = Database(database_url, clock=clock)
    try:
        acts = (
            database.write(lambda tx: add_note(tx, case.id, author=ANA, text="hm"))
            for _ in range(20)
            for database in (desk.database, replica)
        )
        await asyncio.gather(*acts)
    finally:
        replica.close()
    chosen = select(audit_events.c.position).order_by(audit_events.c.position)
    positions = await desk.database.read(lambda c: list(c.execute(chosen).scalars()))
    assert positions == list(range(1, 42))
    assert await desk.broken() is None


async def test_a_refused_verb_leaves_no_gap(desk: Desk) -> None:
    case = await desk.talked_over()
    with pytest.raises(Exception, match="already decided"):
        await desk.do(hand_over, case.id, by=ANA, to=BEN, use_case=USE_CASE)
    await desk.do(add_note, case.id, author=ANA, text="Too late")
    assert await desk.broken() is None


async def test_what_people_wrote_can_be_erased_and_the_chain_still_holds(desk: Desk) -> None:
    case = await desk.talked_over()
    await desk.checkpoint()

    def erase(tx: Transaction) -> None:
        for statement in (
            update(case_contents).values(dict.fromkeys((*PERSONAL, "salt"))),
            update(reviews).values(note=None, salt=None),
            update(outcomes).values(note=None),
            delete(notes),
            delete(pictures),
        ):
            tx.connection.execute(statement.where(statement.table.c.case_id == case.id))

    await desk.do(erase)
    assert await desk.broken() is None
    left = await desk.database.read(lambda c: str(c.execute(select(audit_events)).all()))
    for words in ("risotto", "Strikes", "I know the author", "rude", "author"):
        assert words not in left


class TestTampering:
    """Someone edits the file of the second of three cases behind the service's back."""

    @pytest.fixture
    def engine(self) -> str:
        """What is found does not depend on the engine; a file is easier to edit."""
        return "sqlite"

    @pytest.fixture
    async def case(self, desk: Desk) -> Case:
        await desk.talked_over("before")
        case = await desk.talked_over("edited")
        await desk.talked_over("after")
        return case

    @staticmethod
    def edit(database_url: str, *statements: str) -> None:
        connection = sqlite3.connect(Path(database_url.removeprefix("sqlite:///")))
        with connection:
            for statement in statements:
                connection.execute(statement)
        connection.close()

    @pytest.mark.parametrize(
        ("sql", "broken"),
        [
            (
                "UPDATE audit_events SET actor = 'U0EVE' WHERE case_id = 2 AND position = 4",
                "case 2, event 4: was changed",
            ),
            (
                """UPDATE audit_events SET data = '{"verdict": "approve", "label": "clean"}'
                WHERE case_id = 2 AND position = 4""",
                "case 2, event 4: was changed",
            ),
            (
                "UPDATE audit_events SET at = at + 1 WHERE case_id = 2 AND position = 1",
                "case 2, event 1: was changed",
            ),
            (
                "UPDATE audit_events SET words = NULL WHERE case_id = 2 AND position = 2",
                "case 2, event 2: was changed",
            ),
            (
                """UPDATE audit_events SET position = -position
                WHERE case_id = 2 AND position IN (2, 3);
                UPDATE audit_events SET position = 5 + position
                WHERE case_id = 2 AND position < 0""",
                "case 2, event 2: does not follow the event before it",
            ),
            (
                "DELETE FROM audit_events WHERE case_id = 2 AND position = 3",
                "case 2, event 3: is missing",
            ),
            (
                "DELETE FROM audit_events WHERE case_id = 2 AND position > 2",
                "case 2, event 3: is missing: the case had 4 events",
            ),
            ("DELETE FROM audit_events WHERE case_id = 2", "case 2, event 1: is missing"),
            (
                """DELETE FROM audit_events WHERE case_id = 2 AND position = 4;
                UPDATE cases SET events = 3 WHERE id = 2""",
                "case 2: no event tells of its outcome 'violation'",
            ),
            ("DELETE FROM cases WHERE id = 2", "case 2: is gone, and its events are not"),
            (
                "UPDATE audit_events SET data = 'junk' WHERE case_id = 2 AND position = 4",
                "case 2: holds what could never have been written",
            ),
            (
                "UPDATE case_contents SET text = 'harmless' WHERE case_id = 2",
                "case 2, event 1: what was submitted",
            ),
            (
                "UPDATE case_contents SET salt = NULL WHERE case_id = 2",
                "case 2, event 1: what was submitted",
            ),
            (
                "UPDATE pictures SET content = x'00' WHERE case_id = 2",
                "case 2, event 1: what was submitted",
            ),
            (
                "UPDATE notes SET text = 'harmless' WHERE case_id = 2",
                "case 2, event 2: what a person wrote",
            ),
            (
                "UPDATE reviews SET note = 'polite' WHERE case_id = 2",
                "case 2, event 4: what a person wrote",
            ),
            (
                "UPDATE outcomes SET label = 'clean' WHERE case_id = 2",
                "case 2: no event tells of its outcome 'clean'",
            ),
            (
                "UPDATE outcomes SET reviewer = 'U0EVE' WHERE case_id = 2",
                "case 2: no event tells of its outcome",
            ),
            (
                "UPDATE outcomes SET note = 'polite' WHERE case_id = 2",
                "case 2, event 4: what a person wrote",
            ),
        ],
    )
    async def test_the_place_is_named(
        self, desk: Desk, case: Case, database_url: str, sql: str, broken: str
    ) -> None:
        assert case.id == 2
        self.edit(database_url, *sql.split(";"))
        assert str(await desk.broken()).startswith(broken)

    @staticmethod
    def append_event(database_url: str, *, position: int) -> None:
        """Add an event whose hash is right."""
        connection = sqlite3.connect(Path(database_url.removeprefix("sqlite:///")))
        chosen = "SELECT hash FROM audit_events WHERE case_id = 2 AND position = ?"
        [previous] = connection.execute(chosen, (position - 1,)).fetchone()
        link = Link(2, position, "decided", "U0EVE", 0, {}, None, previous)
        with connection:
            connection.execute(
                "INSERT INTO audit_events"
                " (case_id, position, type, actor, at, data, previous, hash)"
                " VALUES (2, ?, 'decided', 'U0EVE', 0, ?, ?, ?)",
                (position, json.dumps({}), previous, link.hash()),
            )
        connection.close()

    async def test_an_event_that_was_added_is_named(
        self, desk: Desk, case: Case, database_url: str
    ) -> None:
        self.append_event(database_url, position=5)
        assert str(await desk.broken()).startswith(f"case {case.id}, event 5: was added")

    async def test_a_chain_written_anew_from_its_end_is_found_by_the_checkpoint(
        self, desk: Desk, case: Case, database_url: str
    ) -> None:
        await desk.checkpoint()
        self.edit(
            database_url,
            "DELETE FROM audit_events WHERE case_id = 2 AND position = 4",
            "DELETE FROM outcomes WHERE case_id = 2",
            "DELETE FROM reviews WHERE case_id = 2",
        )
        self.append_event(database_url, position=4)
        assert case.id == 2
        assert "is not what checkpoint" in str(await desk.broken())

    async def test_a_case_deleted_whole_is_found_by_the_checkpoint(
        self, desk: Desk, case: Case, database_url: str
    ) -> None:
        first = await desk.checkpoint()
        await desk.talked_over("later")
        second = await desk.checkpoint()
        self.edit(
            database_url,
            "DELETE FROM audit_events WHERE case_id = 2",
            "DELETE FROM case_contents WHERE case_id = 2",
            "DELETE FROM outcomes WHERE case_id = 2",
            "DELETE FROM cases WHERE id = 2",
        )
        assert case.id == 2
        found = str(await desk.broken())
        assert f"checkpoint {first.shown} covered: events or whole cases were removed" in found
        # Whoever writes the checkpoints anew too is given away by the one kept elsewhere.
        self.edit(database_url, "DELETE FROM checkpoints")
        assert await desk.broken() is None
        missing = await desk.database.read(lambda c: missing_checkpoint(c, second.shown))
        assert "was rewritten or cut" in str(missing)


async def test_checkpoints_build_on_each_other_and_stay_true(desk: Desk) -> None:
    await desk.talked_over("1")
    first = await desk.checkpoint()
    await desk.talked_over("2")
    await desk.do(add_note, 1, author=ANA, text="again")
    second = await desk.checkpoint()
    silent = [await desk.checkpoint() for _ in range(2)]
    assert [made.cases for made in (first, second, *silent)] == [1, 2, 2, 2]
    assert len({made.hash for made in (first, second, *silent)}) == 4
    await desk.talked_over("3")
    assert await desk.broken() is None
    for made in (first, second, *silent):
        find = partial(missing_checkpoint, beginning=made.shown.upper())
        assert await desk.database.read(find) is None


async def test_what_may_not_be_committed_yet_is_left_to_the_next_checkpoint(desk: Desk) -> None:
    await desk.talked_over("settled")
    await desk.checkpoint()
    await desk.talked_over("just-now")
    early = await desk.do(record_checkpoint)
    assert early.cases == 1
    assert (await desk.checkpoint()).cases == 2


async def test_a_checkpoint_of_nothing_is_one_too(desk: Desk) -> None:
    assert (await desk.checkpoint()).cases == 0
    await desk.talked_over()
    assert (await desk.checkpoint()).cases == 1
    assert await desk.broken() is None
