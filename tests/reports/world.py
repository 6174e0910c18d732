"""A stretch of life of a service, as verbs: what reports are checked against."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from hitl.errors import HitlError
from hitl.policy import UseCase
from hitl.reports.facts import Fact
from hitl.reports.ledger import Ledger, Window
from hitl.reports.rolling import count_turn, store_turn
from hitl.review import Count, add_tallies, overrule, submit, time_is_up, undo, vote
from hitl.review.opinions import record_request
from hitl.routing import Prediction
from hitl.storage.database import Database, Transaction
from hitl.storage.rollups import horizon
from hitl.storage.steps import running_step
from hitl.vocabulary import RouteTo, Verdict
from tests.conftest import Clock
from tests.examples import post

MODELS = ("toxicity@3", "toxicity@4")
PEOPLE = ("U0ANA", "U0BEN", "U0CY")


@dataclass(frozen=True, slots=True)
class Step:
    """Something that happens; ``minutes`` pass first."""

    act: str
    minutes: int
    pick: int
    sure: float


STEPS = st.lists(
    st.builds(
        Step,
        act=st.sampled_from(
            ["submit"] * 3 + ["vote"] * 3 + ["undo", "overrule", "tally", "ask", "roll"]
        ),
        minutes=st.integers(0, 200),
        pick=st.integers(0, 1_000),
        sure=st.sampled_from([0.05, 0.3, 0.6, 0.7, 0.88, 0.95]),
    ),
    min_size=1,
    max_size=30,
)


async def live(
    database: Database, clock: Clock, steps: Sequence[Step], *, use_case: UseCase
) -> None:
    """Take the steps; one that is refused changes nothing."""
    made: list[int] = []
    for number, step in enumerate(steps):
        clock.advance(minutes=step.minutes)
        try:
            await _take(database, step, number, made, use_case=use_case)
        except HitlError:
            continue


async def _take(
    database: Database, step: Step, number: int, made: list[int], *, use_case: UseCase
) -> None:
    verdict = list(Verdict)[step.pick % 3]
    who = PEOPLE[step.pick % 3]
    if step.act == "submit":
        scores = {"violation": step.sure, "clean": 1 - step.sure}
        sent = post(
            f"post-{number}", prediction=Prediction(scores=scores, model=MODELS[step.pick % 2])
        )
        case, _ = await database.write(
            lambda tx: submit(tx, sent, use_case=use_case, draw=step.pick / 1_000.1)
        )
        made.append(case.id)
    elif step.act == "roll":
        await roll(database)
    elif step.act == "tally":
        until = database.now()
        count = Count("clean", 0.92, 1.0, step.pick, model=MODELS[0])
        await database.write(
            lambda tx: add_tallies(
                tx,
                [count],
                use_case=use_case,
                key=f"tally-{number}",
                fingerprint=str(number),
                since=until - timedelta(minutes=10),
                until=until - timedelta(minutes=step.pick % 5),
            )
        )
    elif made:
        case_id = made[step.pick % len(made)]
        verbs: dict[str, Any] = {
            "vote": lambda tx: vote(tx, case_id, verdict=verdict, reviewer=who, use_case=use_case),
            "undo": lambda tx: undo(tx, case_id, by=who, use_case=use_case),
            "ask": lambda tx: _ask(tx, case_id, use_case=use_case),
            "overrule": lambda tx: overrule(
                tx, case_id, label="clean", by="U0LEA", reason="no", use_case=use_case
            ),
        }
        await database.write(verbs[step.act])


def _ask(tx: Transaction, case_id: int, *, use_case: UseCase) -> None:
    """A request to a second model, or on with a case that waits for its user."""
    step = running_step(tx.connection, case_id)
    if step is not None and step.rule.to is RouteTo.SECOND_MODEL and case_id % 2:
        record_request(tx, case_id, step.id, 0, to="model 0")
    else:
        time_is_up(tx, case_id, use_case=use_case)


async def roll(database: Database) -> None:
    """Count all there is to count."""
    while not await _is_rolled(database):
        continue


async def _is_rolled(database: Database) -> bool:
    known = await database.read(horizon)
    turn = await database.read(lambda c: count_turn(c, known, now=database.now()))
    if turn is None:
        return False
    assert await database.write(lambda tx: store_turn(tx, turn))
    return turn.is_last


def counted(
    ledger: Ledger, fact: Fact, windows: Sequence[Window], columns: Sequence[str]
) -> list[tuple[Any, ...]]:
    """Everything the ledger tells, by these columns; seconds to the millisecond."""
    found = ledger.rows(fact, windows, *columns)
    return [tuple(round(v, 3) if isinstance(v, float) else v for v in row) for row in found]
