"""Runs of retraining: each asked for once, one at a time in a use case, told in its channel.

A run is a lease. Whoever holds it renews it; one that nobody renews was lost with its process.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, func, select, update

from hitl.errors import HitlError
from hitl.policy.use_case import UseCase
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import labels, retrain_runs

LEASE_FOR = timedelta(minutes=2)
_NEWEST = 20


class RunState(StrEnum):
    """How far a run is."""

    WAITING = "waiting"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    LOST = "lost"
    """The process that ran it went away."""


_GOES_ON = (RunState.WAITING, RunState.RUNNING)


class AlreadyRetraining(HitlError):
    """One at a time."""

    def __init__(self, use_case: str) -> None:
        super().__init__(f"{use_case} is being retrained; see: hitl retrain runs")


@dataclass(frozen=True, slots=True)
class Run:
    """One retraining that somebody holds, or did."""

    id: int
    use_case: str
    occasion: str
    state: RunState
    asked_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    through: int | None
    labels: int | None
    new_labels: int | None
    result: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of it: ``detail`` in words, ``output`` the end of what it printed."""

    state: RunState
    detail: str
    output: str = ""


def ask_for_retraining(tx: Transaction, *, use_case: str, occasion: str) -> int | None:
    """The new run's number; None where the occasion had its run, or another run goes on."""
    values = {
        "use_case": use_case,
        "occasion": occasion,
        "asked_at": tx.now,
        "state": RunState.WAITING,
    }
    number: int | None = insert_new(tx.connection, retrain_runs, values)
    return number


def take_run(tx: Transaction, *, use_case: str, lease: str) -> Run | None:
    """A run that waits, now ours; None where there is none."""
    taken = tx.connection.execute(
        update(retrain_runs)
        .where(retrain_runs.c.use_case == use_case, retrain_runs.c.state == RunState.WAITING)
        .values(
            state=RunState.RUNNING,
            leased_by=lease,
            lease_until=tx.now + LEASE_FOR,
            started_at=tx.now,
        )
        .returning(retrain_runs)
    ).first()
    return None if taken is None else _run(taken)


def renew_lease(tx: Transaction, run: Run, *, lease: str) -> bool:
    """Whether the run is still ours."""
    return _ours(tx, run, lease=lease, values={"lease_until": tx.now + LEASE_FOR})


def note_handed_over(
    tx: Transaction, run: Run, *, lease: str, through: int, count: int, new: int
) -> bool:
    """Keep up to which label it learns, and of how many; whether the run is still ours."""
    values = {"through": through, "labels": count, "new_labels": new}
    return _ours(tx, run, lease=lease, values=values)


def finish_run(tx: Transaction, run: Run, ended: Ended, *, lease: str, use_case: UseCase) -> bool:
    """Keep how it ended and have the channel told; False where it had been given up as lost."""
    result = {"detail": ended.detail, "output": ended.output}
    values = {"state": ended.state, "finished_at": tx.now, "leased_by": None, "result": result}
    if not _ours(tx, run, lease=lease, values=values):
        return False
    _tell(tx, run.id, use_case=use_case)
    return True


def give_up_lost_run(tx: Transaction, *, use_case: UseCase) -> bool:
    """Whether a run's process had gone away; then another may be asked for."""
    detail = {"detail": "the process that ran it went away", "output": ""}
    lost = tx.connection.execute(
        update(retrain_runs)
        .where(
            retrain_runs.c.use_case == use_case.name,
            retrain_runs.c.state == RunState.RUNNING,
            retrain_runs.c.lease_until < tx.now,
        )
        .values(state=RunState.LOST, finished_at=tx.now, leased_by=None, result=detail)
        .returning(retrain_runs.c.id)
    ).scalar()
    if lost is not None:
        _tell(tx, lost, use_case=use_case)
    return lost is not None


def latest_runs(connection: Connection, *, use_case: str | None = None) -> list[Run]:
    """The newest first."""
    chosen = select(retrain_runs).order_by(retrain_runs.c.id.desc()).limit(_NEWEST)
    if use_case is not None:
        chosen = chosen.where(retrain_runs.c.use_case == use_case)
    return [_run(row) for row in connection.execute(chosen)]


def run_by_id(connection: Connection, number: int) -> Run:
    """A run that there is."""
    return _run(connection.execute(select(retrain_runs).where(retrain_runs.c.id == number)).one())


def learned_through(connection: Connection, *, use_case: str) -> int:
    """The position of the last label that some run was given; 0 before the first."""
    chosen = select(func.max(retrain_runs.c.through)).where(retrain_runs.c.use_case == use_case)
    return int(connection.execute(chosen).scalar() or 0)


def occasion_of_labels(connection: Connection, *, use_case: str, after: int) -> str | None:
    """What ``after`` labels since the last run are an occasion of; None for fewer.

    A label that was revised counts once more; one that was retracted does not.
    """
    since = learned_through(connection, use_case=use_case)
    new = connection.execute(
        select(func.count()).where(
            labels.c.use_case == use_case, labels.c.position > since, labels.c.label.is_not(None)
        )
    ).scalar_one()
    return f"{after} labels since {since}" if new >= after else None


def _ours(tx: Transaction, run: Run, *, lease: str, values: Mapping[str, Any]) -> bool:
    changed = tx.connection.execute(
        update(retrain_runs)
        .where(
            retrain_runs.c.id == run.id,
            retrain_runs.c.state == RunState.RUNNING,
            retrain_runs.c.leased_by == lease,
        )
        .values(**values)
    )
    return changed.rowcount == 1


def _tell(tx: Transaction, number: int, *, use_case: UseCase) -> None:
    outbox.put(
        tx,
        kind=outbox.Kind.NOTICE,
        stream=f"retraining:{use_case.name}",
        lane=outbox.posts_lane(use_case.channel),
        use_case=use_case.name,
        payload={"channel": use_case.channel, "says": "retrained", **_told(tx, number)},
    )


def _told(tx: Transaction, number: int) -> dict[str, Any]:
    run = run_by_id(tx.connection, number)
    took = None
    if run.started_at is not None and run.finished_at is not None:
        took = (run.finished_at - run.started_at).total_seconds()
    return {
        "run": run.id,
        "state": run.state,
        "labels": run.labels,
        "new_labels": run.new_labels,
        "seconds": took,
        "detail": run.result.get("detail", ""),
        "output": run.result.get("output", ""),
    }


def _run(row: Any) -> Run:
    return Run(
        id=row.id,
        use_case=row.use_case,
        occasion=row.occasion,
        state=RunState(row.state),
        asked_at=row.asked_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        through=row.through,
        labels=row.labels,
        new_labels=row.new_labels,
        result=row.result or {},
    )
