"""Ways to break the product inside a launched process: each must be noticed by the tests."""

import asyncio
import importlib
import time
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from sqlalchemy import text, update

from bot import app
from bot.delivery import slack, worker
from bot.scheduler import runs
from hitl.storage import database as storage
from hitl.storage import migrate
from hitl.storage.database import Database, Transaction
from hitl.storage.engines import writing_engine
from hitl.storage.queries import case_by_id
from hitl.storage.tables import cases, outbox
from hitl.storage.taking import Taken, take
from tests.faults.launcher import replace

_UNSTORED_SECONDS = 0.1
_A_DAY = timedelta(days=1)


def acknowledges_before_commit() -> None:
    """Whoever asked is answered a moment before the commit."""
    transact, resolve = Database._transact, Database._resolve  # noqa: SLF001
    commit = storage._commit  # noqa: SLF001

    def answer_then_commit(self: Database, jobs: list[Any]) -> set[str]:
        def late(transaction: Any) -> None:
            self._answer(jobs, set())
            time.sleep(_UNSTORED_SECONDS)
            commit(transaction)

        replace(storage, _commit=late)
        return transact(self, jobs)

    def resolve_once(self: Database, jobs: Any, topics: set[str]) -> None:
        resolve(self, [job for job in jobs if not job.answer.done()], topics)

    replace(Database, _transact=answer_then_commit, _resolve=resolve_once)


def decides_unconditionally() -> None:
    """A verdict closes the case whatever its state, and no constraint refuses a second outcome."""

    def close(tx: Transaction, case_id: int, *, to: Any) -> int:
        values = {"state": to, "decided_at": tx.now, "events": cases.c.events + 1}
        chosen = update(cases).where(cases.c.id == case_id).values(values)
        position: int = tx.connection.execute(chosen.returning(cases.c.events)).scalar_one()
        return position

    # Its package has a function of the same name.
    vote = importlib.import_module("hitl.review.vote")
    replace(
        vote,
        case_to_change=case_by_id,
        standing_votes=lambda *_: (),
        refuse_unless_open=lambda _case: None,
        close_case=close,
    )
    _once_prepared("DROP INDEX IF EXISTS ux_outcomes_current")


def ignores_leases() -> None:
    """What somebody has taken can be taken again at once."""

    def take_without(tx: Transaction, *, lease: str, **options: Any) -> Taken:
        taken = take(tx, lease=lease, **options)
        tx.connection.execute(
            update(outbox).where(outbox.c.leased_by == lease).values(due_at=tx.now - _A_DAY)
        )
        return taken

    replace(worker, take=take_without)


def lets_the_client_retry() -> None:
    """The Slack client has its default retry handlers, which post twice."""

    def client(**options: Any) -> AsyncWebClient:
        del options["retry_handlers"]
        return AsyncWebClient(**options)

    replace(app, AsyncWebClient=client)


def never_looks_for_its_messages() -> None:
    """A sending of unknown end is simply repeated."""

    async def nowhere(*_: Any, **__: Any) -> None:
        await asyncio.sleep(0)

    replace(slack, find_posted=nowhere)


def fires_without_a_unique_row() -> None:
    """Every process that finds a job due runs it."""
    record = runs._is_first_run  # noqa: SLF001
    replace(
        runs,
        _done_until=lambda tx, _job: tx.now - _A_DAY,
        _is_first_run=lambda *run: record(*run) or True,
    )


def _once_prepared(statement: str) -> None:
    prepare = migrate.prepare_database

    def prepare_and_break(url: str) -> None:
        prepare(url)
        engine = writing_engine(url)
        with engine.begin() as connection:
            connection.execute(text(statement))
        engine.dispose()

    replace(app, prepare_database=prepare_and_break)
