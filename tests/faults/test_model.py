"""Whatever is done in whatever order, with crashes in between, cases are as a small model says."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import Connection, func, select

from hitl.errors import HitlError
from hitl.failpoints import Instant, arm
from hitl.policy import Deadline
from hitl.review import add_note, adjudicate, hand_over, submit, take_steps, undo, vote, withdraw
from hitl.storage.database import Database
from hitl.storage.outbox import Kind
from hitl.storage.queries import CaseFilter, list_cases
from hitl.storage.tables import audit_events, outbox, outcomes
from hitl.vocabulary import Verdict
from tests.conftest import Clock
from tests.examples import moderation, post
from tests.faults.model import ADJUDICATOR, Model, Sampled, Stood

# As the model has it.
USE_CASE = moderation().model_copy(
    update={"deadline": Deadline(due="10m", then=Verdict.APPROVE), "undo_within": "2m"}
)
CALLER = "https://example.com/hook"
people = st.sampled_from(["U0ANA", "U0BEN"])
verdicts = st.sampled_from(list(Verdict))
Act = Callable[[Model], bool]


class Cases(RuleBasedStateMachine):
    """Verbs on a real file, which a crash now and then leaves as it is at that instant."""

    prepared_file: Path
    keys = Bundle("keys")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.clock = Clock()
        self.lives = 0
        self.models: dict[str, Model] = {}
        self.ids: dict[str, int] = {}
        self.last: tuple[str, Any, Act] | None = None
        shutil.copy(self.prepared_file, self.folder / "life-0.db")
        self._open()

    def teardown(self) -> None:
        self.database.close()
        self.runner.close()
        shutil.rmtree(self.folder)

    @rule(target=keys, kind=st.sampled_from([Model, Sampled, Stood]))
    def submit(self, kind: type[Model]) -> Any:
        key = f"post-{len(self.models)}"
        self.models[key] = kind(self.clock.now, lambda: self.clock.now)
        self.ids[key], is_new = self._submit(key)
        assert is_new
        return key

    @rule(key=keys)
    def submit_again(self, key: str) -> None:
        assert self._submit(key) == (self.ids[key], False)

    @rule(key=keys, verdict=verdicts, reviewer=people)
    def vote(self, key: str, verdict: Verdict, reviewer: str) -> None:
        verb = partial(vote, verdict=verdict, reviewer=reviewer, use_case=USE_CASE)
        self._do(key, verb, lambda model: model.vote(verdict, reviewer))

    @rule(key=keys, verdict=verdicts)
    def adjudicate(self, key: str, verdict: Verdict) -> None:
        verb = partial(adjudicate, verdict=verdict, reviewer=ADJUDICATOR, use_case=USE_CASE)
        self._do(key, verb, lambda model: model.adjudicate(verdict))

    @rule(key=keys)
    def withdraw(self, key: str) -> None:
        self._do(key, partial(withdraw, by="caller"), lambda model: model.withdraw())

    @rule(key=keys, author=people)
    def note(self, key: str, author: str) -> None:
        self._do(
            key,
            partial(add_note, author=author, text="Looks like a quote."),
            lambda model: model.note(),
        )

    @rule(key=keys, by=people)
    def hand_over(self, key: str, by: str) -> None:
        verb = partial(hand_over, by=by, to="U0CHLOE", use_case=USE_CASE)
        self._do(key, verb, lambda model: model.hand_over())

    @rule(key=keys, by=people)
    def undo(self, key: str, by: str) -> None:
        self._do(key, partial(undo, by=by, use_case=USE_CASE), lambda model: model.undo(by))

    @rule(key=keys)
    def expire(self, key: str) -> None:
        self._do(key, partial(take_steps, use_case=USE_CASE), lambda model: model.expire())

    @precondition(lambda self: self.last)
    @rule()
    def redeliver(self) -> None:
        assert self.last is not None
        self._do(*self.last)

    @rule(minutes=st.integers(1, 6))
    def time_goes_on(self, minutes: int) -> None:
        self.clock.advance(minutes=minutes)

    @precondition(lambda self: self.last)
    @rule(instant=st.sampled_from([Instant.COMMIT_BEFORE, Instant.COMMIT_AFTER]))
    def crash(self, instant: Instant) -> None:
        """While the last verb is done once more; the next life begins with the files as left."""
        assert self.last is not None
        key, verb, act = self.last
        self.lives += 1
        crashed = False

        def leave(reached: str, _about: str) -> None:
            nonlocal crashed
            if reached == instant and not crashed:
                crashed = True
                self._copy()

        arm(leave)
        self._run(verb, key)
        arm(None)
        self.database.close()
        if not crashed:  # it was refused, and nothing was to be committed
            self._copy()
        elif instant is Instant.COMMIT_AFTER:
            act(self.models[key])
        self._open()

    @invariant()
    def cases_are_as_the_model_says(self) -> None:
        if not hasattr(self, "models"):
            return
        stored = {case.key: case for case in self._read(_all_cases)}
        assert stored.keys() == self.models.keys()
        rows, told, revisions, events = (self._read(query) for query in _COUNTS)
        for key, model in self.models.items():
            case = stored[key]
            outcome = case.outcome
            assert case.state is model.state
            assert (outcome and (outcome.by, outcome.reviewer)) == model.by
            assert len(case.notes) == model.notes
            assert (case.check and case.check.state) == getattr(model, "check", None)
            assert rows[case.id] >= 1
            assert told.get(case.id, 0) == model.told
            assert revisions.get(case.id, 0) == model.outcomes
            assert {e: n for (id_, e), n in events.items() if id_ == case.id} == +model.events

    def _submit(self, key: str) -> tuple[int, bool]:
        kind = type(self.models[key])
        violation = 0.99 if kind is Stood else 0.70
        submission = post(key, violation=violation, callback_url=CALLER)
        draw = 0.5 if kind is Model else 0.01
        case, is_new = self.runner.run(
            self.database.write(lambda tx: submit(tx, submission, use_case=USE_CASE, draw=draw))
        )
        return case.id, is_new

    def _do(self, key: str, verb: Any, act: Act) -> None:
        self.last = key, verb, act
        assert self._run(verb, key) == act(self.models[key])

    def _run(self, verb: Any, key: str) -> bool:
        """Whether the verb was not refused."""
        try:
            self.runner.run(self.database.write(lambda tx: verb(tx, self.ids[key])))
        except HitlError:
            return False
        return True

    def _read(self, query: Callable[[Connection], Any]) -> Any:
        return self.runner.run(self.database.read(query))

    def _open(self) -> None:
        url = f"sqlite:///{self.folder}/life-{self.lives}.db"
        self.database = Database(url, clock=self.clock)

    def _copy(self) -> None:
        """What a process killed now would leave: the file, and the log that is not yet in it."""
        for old in self.folder.glob(f"life-{self.lives - 1}.db*"):
            if not old.name.endswith("-shm"):
                new = old.name.replace(f"-{self.lives - 1}.", f"-{self.lives}.")
                shutil.copy(old, self.folder / new)


def _all_cases(connection: Connection) -> Any:
    return list_cases(connection, CaseFilter(), limit=1_000)


def _counted(connection: Connection, of: Any, *conditions: Any) -> Any:
    rows = connection.execute(select(of, func.count()).where(*conditions).group_by(of))
    return {row[0]: row[1] for row in rows}


def _events(connection: Connection) -> Any:
    columns = audit_events.c.case_id, audit_events.c.type
    rows = connection.execute(select(*columns, func.count()).group_by(*columns))
    return {(row[0], row[1]): row[2] for row in rows}


_COUNTS: tuple[Callable[[Connection], Any], ...] = (
    lambda c: _counted(c, outbox.c.case_id),
    lambda c: _counted(c, outbox.c.case_id, outbox.c.kind == Kind.WEBHOOK),
    lambda c: _counted(c, outcomes.c.case_id),
    _events,
)


def test_cases_are_as_a_small_model_says(prepared_file: Path) -> None:
    Cases.prepared_file = prepared_file
    try:
        run_state_machine_as_test(
            Cases, settings=settings(max_examples=30, stateful_step_count=25, deadline=None)
        )
    finally:
        arm(None)
