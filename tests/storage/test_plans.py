"""No statement of what runs again and again reads a table that grows from end to end."""

import re
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event

from hitl.policy import Costs
from hitl.reports.ages import queue_ages
from hitl.reports.asked import asked_in
from hitl.reports.changed import changed_hours
from hitl.reports.facts import FACTS
from hitl.reports.health import facts_of
from hitl.reports.ledger import Ledger
from hitl.reports.report import report
from hitl.reports.reviewers import team
from hitl.reports.rolling import raw_rows
from hitl.reports.spans import Span
from hitl.reports.stats import queue
from hitl.reports.windows import WEEK
from hitl.storage.claims import Wanted, count_for
from hitl.storage.database import Database, Transaction
from hitl.storage.dead_letters import backlog, dead_letters
from hitl.storage.erasure import cases_to_erase, slack_files, wipe
from hitl.storage.flags import cases_to_recheck
from hitl.storage.known_answers import turns_due
from hitl.storage.precedents import erased_since, latest_decided, next_decided
from hitl.storage.queue_cards import numbers_of, open_queue_cards
from hitl.storage.rollups import Progress
from hitl.storage.steps import steps_past_their_time
from tests.examples import moderation

NOW = datetime(2026, 3, 2, tzinfo=UTC)
DONE = Progress(turn=1, until=NOW, event=1, tally=1)
GROWING = (
    "audit_events|case_contents|cases|checks|embeddings|flags|inquiries|known_turns|notes|opinions"
    "|outbox|outcomes|pictures|questions|reviews|skips|strategy_steps|tallies|thread_replies|truths"
)
WANTED = Wanted(use_case="x", reviewer="U1", now=NOW, skipped_since=NOW)
SMALL = "ix_outbox_lane_waiting|ix_outbox_dead|ux_"
"""Partial indexes: of what still has to be done."""
WHOLE = re.compile(
    rf"SCAN ({GROWING})(?! USING (COVERING )?INDEX ({SMALL}))"
    r"|SEARCH cases USING (COVERING )?INDEX (?!ix_cases_oldest)\w+ \(use_case=\?\)$"
)
"""From end to end, or all that a use case ever had."""

READING: dict[str, Callable[[Connection], object]] = {
    "steps past their time": partial(steps_past_their_time, now=NOW),
    "flags to recheck": partial(cases_to_recheck, use_case="x", after=NOW - NOW, now=NOW),
    "known answers due": partial(turns_due, now=NOW),
    "queue cards": open_queue_cards,
    "content to erase": partial(cases_to_erase, use_case="x", before=NOW),
    "what was erased": partial(erased_since, use_case="x", after=NOW),
    "latest decisions": partial(latest_decided, use_case="x", before=(NOW, 1), most=100),
    "next decisions": partial(next_decided, use_case="x", after=(NOW, 1), most=100),
    "hours that changed": partial(changed_hours, done=DONE),
    "hours that changed in a use case": partial(changed_hours, done=DONE, use_case="x"),
    "whom a report says were asked": lambda connection: asked_in(
        Ledger.open(connection, "x"), [(NOW, NOW)], costs=Costs(second_model=1.0, ask_user=1.0)
    ),
    "what waits": partial(queue, use_case="x"),
    "for how long": partial(queue_ages, use_case="x", now=NOW),
    "how much there is for a person": partial(count_for, wanted=WANTED, most=10),
    "how much waits": partial(numbers_of, use_case="x"),
    "what a rollup counts": lambda connection: [
        raw_rows(connection, fact, [Span(0, "x", NOW, NOW)]) for fact in FACTS
    ],
    "the figures of a use case": lambda connection: report(
        connection, use_case=moderation(), since=NOW - WEEK, until=NOW
    ),
    "how each person reviews": partial(team, use_case=moderation(), now=NOW),
    "what findings look at": partial(facts_of, use_case=moderation(), until=NOW),
    "backlog": backlog,
    "backlog of a use case": partial(backlog, use_cases=["x"]),
    "dead letters": partial(dead_letters, most=10),
    "files of a case": partial(slack_files, case_id=1),
}


def plans(connection: Connection, run: Callable[[], object]) -> list[str]:
    """How SQLite goes about each statement of ``run``."""
    found: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, values: Any, *_rest: Any) -> None:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values)
        found.extend(row[3] for row in cursor.fetchall())

    event.listen(connection, "before_cursor_execute", explain)
    run()
    event.remove(connection, "before_cursor_execute", explain)
    return found


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("read", READING.values(), ids=READING)
async def test_what_is_asked_again_and_again_is_found_by_index(
    database: Database, read: Callable[[Connection], object]
) -> None:
    found = await database.read(lambda c: plans(c, partial(read, c)))
    assert found
    assert [step for step in found if WHOLE.match(step)] == []


@pytest.mark.parametrize("engine", ["sqlite"])
async def test_the_erasure_of_a_case_looks_at_nothing_else(database: Database) -> None:
    def explained(tx: Transaction) -> list[str]:
        return plans(tx.connection, partial(wipe, tx, 1))

    found = await database.write(explained)
    assert len(found) > 10
    assert [step for step in found if WHOLE.match(step)] == []
