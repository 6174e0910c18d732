"""The steps that cases are at or have behind them, and the opinions that were asked for in them."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, select, update

from hitl.cases import Tried
from hitl.policy import Strategy
from hitl.storage.database import Transaction
from hitl.storage.tables import cases, opinions, strategy_steps
from hitl.strategies import Opinion
from hitl.vocabulary import CaseState, RouteTo

_RUNS = strategy_steps.c.ended_at.is_(None)


@dataclass(frozen=True, slots=True)
class RunningStep:
    """A step that somebody is being asked in, with its rule as it was when the case came in."""

    id: int
    case_id: int
    position: int
    rule: Strategy
    rest: tuple[Strategy, ...]
    until: datetime


def begin_step(
    tx: Transaction,
    case_id: int,
    rule: Strategy,
    *,
    position: int,
    rest: Sequence[Strategy],
    until: datetime,
) -> int:
    """The id of a new running step; the table refuses a second one of the same case."""
    values = {
        "case_id": case_id,
        "position": position,
        "kind": rule.to,
        "rule": _stored(rule),
        "rest": [_stored(step) for step in rest],
        "began_at": tx.now,
        "until": until,
    }
    begun = tx.connection.execute(insert(strategy_steps).returning(strategy_steps.c.id), values)
    return int(begun.scalar_one())


def end_step(tx: Transaction, step_id: int, *, stood: bool, why: str) -> bool:
    """Whether this call ended it; of any number at once one does."""
    ended = tx.connection.execute(
        update(strategy_steps)
        .where(strategy_steps.c.id == step_id, _RUNS)
        .values(ended_at=tx.now, stood=stood, why=why)
    )
    return ended.rowcount == 1


def running_step(connection: Connection, case_id: int) -> RunningStep | None:
    """The step that the case is at; None once its chain has come to its end."""
    return _running(connection, strategy_steps.c.case_id == case_id)


def running_step_by_id(connection: Connection, step_id: int) -> RunningStep | None:
    """The step, if it is still under way."""
    return _running(connection, strategy_steps.c.id == step_id)


def steps_past_their_time(connection: Connection, *, now: datetime) -> list[tuple[int, str]]:
    """The cases whose step has used up its time, each with its use case, the longest ago first."""
    found = connection.execute(
        select(strategy_steps.c.case_id, cases.c.use_case)
        .join(cases, cases.c.id == strategy_steps.c.case_id)
        .where(_RUNS, strategy_steps.c.until <= now, cases.c.state == CaseState.OPEN)
        .order_by(strategy_steps.c.until)
    )
    return [(row.case_id, row.use_case) for row in found]


def ask_for_opinions(tx: Transaction, case_id: int, step_id: int, *, models: Sequence[str]) -> None:
    """Keep that these models are asked, in the order of the step's endpoints."""
    rows = [
        {
            "case_id": case_id,
            "step_id": step_id,
            "endpoint": endpoint,
            "model": model,
            "asked_at": tx.now,
            "calls": 0,
        }
        for endpoint, model in enumerate(models)
    ]
    tx.connection.execute(insert(opinions), rows)


def count_call(tx: Transaction, step_id: int, endpoint: int) -> None:
    """One more request is made of a model."""
    tx.connection.execute(
        update(opinions).where(_is(step_id, endpoint)).values(calls=opinions.c.calls + 1)
    )


def record_opinion_row(
    tx: Transaction,
    step_id: int,
    endpoint: int,
    opinion: Opinion,
    *,
    scores: Mapping[str, float] | None,
) -> bool:
    """Whether it is the first that this endpoint gave in this step."""
    recorded = tx.connection.execute(
        update(opinions)
        .where(_is(step_id, endpoint), opinions.c.answered_at.is_(None))
        .values(
            model=opinion.model,
            answered_at=tx.now,
            label=opinion.label,
            confidence=opinion.confidence,
            scores=None if scores is None else dict(scores),
            reason=opinion.reason,
            failure=opinion.failure,
        )
    )
    return recorded.rowcount == 1


def give_up_waiting(tx: Transaction, step_id: int, *, failure: str) -> None:
    """Models that have not answered by now are not waited for any longer."""
    tx.connection.execute(
        update(opinions)
        .where(opinions.c.step_id == step_id, opinions.c.answered_at.is_(None))
        .values(answered_at=tx.now, failure=failure)
    )


def opinions_of(connection: Connection, step_id: int) -> tuple[Opinion | None, ...]:
    """One for each endpoint in order; None for one that has not answered yet."""
    rows = connection.execute(
        select(opinions).where(opinions.c.step_id == step_id).order_by(opinions.c.endpoint)
    )
    return tuple(None if row.answered_at is None else _opinion(row) for row in rows)


def tried(connection: Connection, case_ids: Sequence[int]) -> Mapping[int, tuple[Tried, ...]]:
    """What was tried for each case before people, or is being tried, in order."""
    if not case_ids:
        return {}
    said: defaultdict[int, list[Opinion]] = defaultdict(list)
    answered = opinions.c.case_id.in_(case_ids) & opinions.c.answered_at.is_not(None)
    for row in connection.execute(select(opinions).where(answered).order_by(opinions.c.endpoint)):
        said[row.step_id].append(_opinion(row))
    found: defaultdict[int, tuple[Tried, ...]] = defaultdict(tuple)
    steps = select(strategy_steps).where(strategy_steps.c.case_id.in_(case_ids))
    for row in connection.execute(steps.order_by(strategy_steps.c.position)):
        step = Tried(
            RouteTo(row.kind), row.until, row.ended_at, row.stood, row.why, tuple(said[row.id])
        )
        found[row.case_id] += (step,)
    return found


def _running(connection: Connection, which: ColumnElement[bool]) -> RunningStep | None:
    row = connection.execute(select(strategy_steps).where(which, _RUNS)).first()
    if row is None:
        return None
    return RunningStep(
        id=row.id,
        case_id=row.case_id,
        position=row.position,
        rule=_rule(row.rule),
        rest=tuple(_rule(step) for step in row.rest),
        until=row.until,
    )


def _is(step_id: int, endpoint: int) -> ColumnElement[bool]:
    return (opinions.c.step_id == step_id) & (opinions.c.endpoint == endpoint)


def _stored(rule: Strategy) -> dict[str, Any]:
    return rule.model_dump(mode="json", exclude_defaults=True)


def _rule(stored: Mapping[str, Any]) -> Strategy:
    return Strategy.model_validate(stored, strict=False)


def _opinion(row: Row[Any]) -> Opinion:
    return Opinion(
        model=row.model,
        label=row.label,
        confidence=row.confidence,
        failure=row.failure,
        reason=row.reason,
    )
