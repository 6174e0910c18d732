"""No statement of what runs again and again reads a table that grows from end to end.

SQLite says how it would find the rows. PostgreSQL says how it found them where it had the choice,
and how much it read for them; also once it may have kept a plan for all values.
"""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, event

from hitl.policy import Costs, Deadline
from hitl.reports.ages import queue_ages
from hitl.reports.asked import asked_in
from hitl.reports.changed import changed_hours
from hitl.reports.facts import FACTS
from hitl.reports.health import facts_of
from hitl.reports.ledger import Ledger
from hitl.reports.mine import my_work
from hitl.reports.report import report
from hitl.reports.reviewers import team
from hitl.reports.rolling import raw_rows
from hitl.reports.sittings import sitting_figures
from hitl.reports.spans import Span
from hitl.reports.stats import queue
from hitl.reports.windows import WEEK
from hitl.review import claim_next, submit, tend_queue_card, undo, vote
from hitl.review.claim import wanted_by
from hitl.review.queueing import goes_into_queue, put_into_queue
from hitl.storage.claims import count_for
from hitl.storage.database import Transaction
from hitl.storage.dead_letters import backlog, dead_letters
from hitl.storage.erasure import cases_to_erase, slack_files, wipe
from hitl.storage.flags import cases_to_recheck, flagged_cases
from hitl.storage.known_answers import turns_due
from hitl.storage.precedents import erased_since, next_decided
from hitl.storage.progress import cases_with_steps_due
from hitl.storage.queries import CaseFilter, case_by_id, list_cases
from hitl.storage.queue_cards import numbers_of, open_queue_cards
from hitl.storage.rollups import progress
from hitl.storage.steps import steps_past_their_time
from hitl.storage.taking import take
from hitl.vocabulary import CaseState, Verdict
from tests.benchmarks.year import END, YEAR
from tests.examples import post
from tests.postgres import Server
from tests.storage.filled import DECIDED, GROWING, USE_CASE, WAITING, fill_all, transaction
from tests.storage.reading import Read, reads_of

NAME, HOUR = USE_CASE.name, timedelta(hours=1)
ANA = "U0ANA"
HOURS_APART = [Span(0, NAME, END - n * HOUR, END - (n - 1) * HOUR) for n in (2, 30, 99)]
WANTED = wanted_by(ANA, use_case=USE_CASE, now=END)
HURRIED = USE_CASE.model_copy(
    update={"deadline": Deadline(remind=("1h",), due="500d", then="wait")}
)
URGENT = USE_CASE.model_copy(update={"deadline": Deadline(due="1s", then="wait")})


def taken_each_for_itself(tx: Transaction) -> None:
    submit(tx, post(), use_case=USE_CASE, draw=0.5)
    assert take(tx, lease="x", lease_for=HOUR, rates=lambda _: None, most=1).parcels


def left_to_the_queue_card(tx: Transaction) -> None:
    submit(tx, post(), use_case=USE_CASE, draw=0.5)
    taken = take(tx, lease="x", lease_for=HOUR, rates=lambda _: None, most=1)
    to_queue = partial(put_into_queue, use_case=USE_CASE, channel=USE_CASE.channel)
    assert to_queue(tx, taken.parcels[0])


def changed_since(connection: Connection, use_case: str | None = None) -> object:
    done = progress(connection)
    assert done is not None
    return changed_hours(connection, done, use_case=use_case)


def tended(tx: Transaction) -> None:
    [card] = open_queue_cards(tx.connection)
    tend_queue_card(tx, card.id, use_case=USE_CASE)


def decided_and_undone(tx: Transaction) -> None:
    of_last = partial(vote, tx, case_id=DECIDED + WAITING, use_case=USE_CASE)
    of_last(verdict=Verdict.APPROVE, reviewer=ANA)
    undo(tx, DECIDED + WAITING, by=ANA, use_case=USE_CASE)


DOING: dict[str, Callable[[Transaction], object]] = {
    "intake": lambda tx: submit(tx, post(), use_case=USE_CASE, draw=0.5),
    "a click, and its undoing": decided_and_undone,
    "delivery": taken_each_for_itself,
    "the next case": partial(claim_next, use_case=USE_CASE, reviewer=ANA),
    "the next case, of urgent ones": partial(claim_next, use_case=URGENT, reviewer=ANA),
    "the next case, the oldest": partial(
        claim_next, use_case=USE_CASE.model_copy(update={"order": "oldest"}), reviewer=ANA
    ),
    "a card left to the queue": left_to_the_queue_card,
    "a look at the queue card": tended,
    "the erasure of a case": partial(wipe, case_id=1),
}
READING: dict[str, Callable[[Connection], object]] = {
    "a case": partial(case_by_id, case_id=1),
    "a page of open cases": partial(
        list_cases, wanted=CaseFilter(frozenset({NAME}), state=CaseState.OPEN), limit=5
    ),
    **{
        f"a page of {state} cases, as reviewers see them": partial(
            list_cases,
            wanted=CaseFilter(frozenset({NAME}), state=state, as_reviewer=True),
            limit=5,
        )
        for state in CaseState
    },
    "a page of cases in a middle": partial(
        list_cases, wanted=CaseFilter(frozenset({NAME}), after=1_000), limit=5
    ),
    "does a card go into the queue": partial(
        goes_into_queue, use_case=USE_CASE, channel=USE_CASE.channel
    ),
    "deadlines": partial(cases_with_steps_due, use_case=HURRIED, now=END),
    "steps past their time": partial(steps_past_their_time, now=END),
    "flags to recheck": partial(cases_to_recheck, use_case=NAME, after=WEEK, now=END),
    "flagged cases": partial(flagged_cases, use_case=NAME, most=10),
    "known answers due": partial(turns_due, now=END),
    "queue cards": open_queue_cards,
    "content to erase": partial(cases_to_erase, use_case=NAME, before=END - YEAR),
    "what was erased": partial(erased_since, use_case=NAME, after=END - WEEK),
    "next decisions": partial(next_decided, use_case=NAME, after=(END, 1), most=20),
    "hours that changed": changed_since,
    "hours that changed in a use case": partial(changed_since, use_case=NAME),
    "whom a report says were asked": lambda connection: asked_in(
        Ledger.open(connection, NAME), [(END - WEEK, END)], costs=Costs(second_model=1, ask_user=1)
    ),
    "what waits": partial(queue, use_case=NAME, counted=100),
    "for how long": partial(queue_ages, use_case=NAME, now=END),
    "how much there is for a person": partial(count_for, wanted=WANTED, most=10),
    "what a person has done and left": partial(sitting_figures, wanted=WANTED, since=END - HOUR),
    "what waits for a person": partial(
        my_work, person=ANA, since=END - HOUR, wanted=[WANTED], adjudicates=[NAME]
    ),
    "how much waits": partial(numbers_of, use_case=NAME, most=100),
    "what a rollup counts": lambda connection: [
        raw_rows(connection, fact, HOURS_APART) for fact in FACTS
    ],
    "the figures of a use case": lambda connection: report(
        connection, use_case=USE_CASE, since=END - WEEK, until=END
    ),
    "how each person reviews": partial(team, use_case=USE_CASE, now=END),
    "what findings look at": partial(facts_of, use_case=USE_CASE, until=END),
    "backlog": backlog,
    "backlog of a use case": partial(backlog, use_cases=[NAME]),
    "dead letters": partial(dead_letters, most=10),
    "files of a case": partial(slack_files, case_id=1),
}


def reading(read: Callable[[Connection], object]) -> Callable[[Transaction], object]:
    return lambda tx: read(tx.connection)


HOT = DOING | {name: reading(read) for name, read in READING.items()}
Wasted = Callable[[str], list[Any]]

SMALL = "ix_outbox_lane_waiting|ix_outbox_dead|ux_"
"""Partial indexes: of what still has to be done."""
WHOLE = re.compile(
    rf"SCAN ({'|'.join(GROWING)})(?! USING (COVERING )?INDEX ({SMALL}))"
    r"|SEARCH cases USING (COVERING )?INDEX (?!ix_cases_(oldest|least_certain|overdue))\w+"
    r" \(use_case=\?\)$"
)
"""From end to end, or all that a use case ever had."""
MOST = 500
"""Rows that anything needs to look at."""
COUNTS = frozenset(
    {"for how long", "the figures of a use case", "a look at the queue card", "backlog"}
)
"""What counts all that waits, or 10,000 of them, by an index of it alone."""
AFTER_A_WHILE = 6
"""Goes after which PostgreSQL may keep a plan for all values."""


@pytest.fixture(scope="module")
def filled_file(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"sqlite:///{tmp_path_factory.mktemp('filled') / 'hitl.db'}"
    fill_all(url)
    return url


@pytest.fixture(scope="module")
def filled_server(postgresql: Server) -> Iterator[str]:
    name = postgresql.create()
    fill_all(postgresql.url(name))
    yield postgresql.url(name)
    postgresql.drop(name)


@pytest.fixture(params=["sqlite", "postgresql", "postgresql, after a while"])
def wasted(request: pytest.FixtureRequest) -> Wasted:
    """What the work of a name does more than it needs."""
    if request.param == "sqlite":
        return partial(_scanned, request.getfixturevalue("filled_file"))
    url = request.getfixturevalue("filled_server")
    return partial(_read_in_vain, url, before=AFTER_A_WHILE if "while" in request.param else 0)


@pytest.mark.parametrize("name", HOT)
def test_what_runs_again_and_again_is_found_by_index(wasted: Wasted, name: str) -> None:
    assert wasted(name) == []


@pytest.mark.parametrize("few", ["ix_cases_double", "ix_checks_answered"])
def test_people_are_told_by_the_few_cases_that_tell_of_them(filled_file: str, few: str) -> None:
    """Of a use case most were decided by the AI, and most checks have no known answer."""
    steps = _steps(filled_file, "how each person reviews")
    assert [step for step in steps if re.search(rf"INDEX {few}\b", step)]


def _scanned(url: str, name: str) -> list[str]:
    """Steps that go from end to end."""
    return [step for step in _steps(url, name) if WHOLE.match(step)]


def _steps(url: str, name: str) -> list[str]:
    """How SQLite would go about each statement."""
    found: list[str] = []

    def explain(_connection: Any, cursor: Any, statement: str, values: Any, *rest: Any) -> None:
        *_, is_many = rest
        if statement.startswith("INSERT"):
            return  # told are tables that would only be read where a parent row had been missing
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}", values[0] if is_many else values)
        found.extend(row[3] for row in cursor.fetchall())

    with transaction(url) as tx:
        event.listen(tx.connection, "before_cursor_execute", explain)
        HOT[name](tx)
    return found


def _read_in_vain(url: str, name: str, *, before: int) -> list[Read]:
    with transaction(url) as tx:
        for _ in range(before):
            HOT[name](tx)
            tx.connection.rollback()
        found = reads_of(tx.connection, partial(HOT[name], tx))
    is_counted = name in COUNTS
    return [
        read
        for read in found
        if _is_in_vain(read) and not (is_counted and read.node == "Index Only Scan")
    ]


def _is_in_vain(read: Read) -> bool:
    # A row may be on a page of its own, and take three of an index to be looked for.
    is_searched = read.pages > 4 * (read.rows + read.looks) + 20
    is_whole = read.node == "Seq Scan" and read.source in GROWING
    return is_whole or is_searched or read.rows > MOST
