"""Runs of retraining: each asked for once, one at a time in a use case, told in its channel.

A run is a lease. Whoever holds it renews it; one that nobody renews was lost with its process. One
that a server is to be told of is held by its row in the outbox, which survives every process.
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


_CAN_BE_TOLD = (RunState.RUNNING, RunState.FAILED)
"""One whose server was not told can still be, once its dead letter is sent again."""


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

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended yet."""
        return self.state in _GOES_ON


@dataclass(frozen=True, slots=True)
class Ended:
    """What became of it: ``detail`` in words, ``output`` the end of what it printed."""

    state: RunState
    detail: str
    output: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """What a run was handed: labels up to ``through``, ``new`` of them changed since before."""

    through: int
    count: int
    new: int


@dataclass(frozen=True, slots=True)
class ToldServer:
    """A server knows that the labels of a run are ready; ``detail`` is what it said."""

    run: int
    detail: str


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


def note_handed_over(tx: Transaction, run: Run, given: Given, *, lease: str) -> bool:
    """Keep up to which label it learns, and of how many; whether the run is still ours."""
    return _ours(tx, run, lease=lease, values=_handed_over(given))


def leave_to_delivery(
    tx: Transaction,
    run: Run,
    given: Given,
    *,
    lease: str,
    url: str,
    document: Mapping[str, Any],
    use_case: UseCase,
) -> bool:
    """Have a server told, as often as it takes; whether the run was still ours.

    From now on nobody holds the run and it can't get lost: the outbox ends it.
    """
    untold = {"detail": "its webhook waits to be sent by the running service", "output": ""}
    values = {"leased_by": None, "lease_until": None, "result": untold}
    if not _ours(tx, run, lease=lease, values=_handed_over(given) | values):
        return False
    outbox.put(
        tx,
        kind=outbox.Kind.LABELS_READY,
        stream=f"labels:{use_case.name}",
        lane=outbox.webhook_lane(url),
        use_case=use_case.name,
        payload={
            "run": run.id,
            "target": url,
            "body": dict(document),
            "channel": use_case.channel,
        },
    )
    return True


def record_told(tx: Transaction, parcel: outbox.Parcel, told: ToldServer) -> bool:
    """The parcel is sent and its run a success; False where the parcel was somebody else's."""
    if not outbox.settle(tx, parcel, state=outbox.Sending.SENT):
        return False
    ended = Ended(RunState.SUCCEEDED, told.detail)
    _end_told(tx, parcel, ended, channel=parcel.payload["channel"])
    return True


def record_untold(tx: Transaction, parcel: outbox.Parcel, why: str, *, channel: str | None) -> None:
    """The server is not told any more; without a channel nobody is told that."""
    detail = f"the webhook was not told: {why}; its dead letter is in hitl outbox"
    _end_told(tx, parcel, Ended(RunState.FAILED, detail), channel=channel)


def note_untold_yet(tx: Transaction, parcel: outbox.Parcel, why: str) -> None:
    """Keep why the server was not told yet, for whoever looks at the runs."""
    detail = {"detail": f"the webhook was not told yet: {why}; it is tried again", "output": ""}
    tx.connection.execute(
        update(retrain_runs)
        .where(retrain_runs.c.id == parcel.payload["run"], retrain_runs.c.state == RunState.RUNNING)
        .values(result=detail)
    )


def _end_told(tx: Transaction, parcel: outbox.Parcel, ended: Ended, *, channel: str | None) -> None:
    number = parcel.payload["run"]
    result = {"detail": ended.detail, "output": ended.output}
    done = tx.connection.execute(
        update(retrain_runs)
        .where(retrain_runs.c.id == number, retrain_runs.c.state.in_(_CAN_BE_TOLD))
        .values(state=ended.state, finished_at=tx.now, result=result)
    )
    if done.rowcount and channel is not None:
        _tell(tx, number, use_case=parcel.use_case, channel=channel, of_webhook=True)


def finish_run(tx: Transaction, run: Run, ended: Ended, *, lease: str, use_case: UseCase) -> bool:
    """Keep how it ended and have the channel told; False where it had been given up as lost."""
    result = {"detail": ended.detail, "output": ended.output}
    values = {"state": ended.state, "finished_at": tx.now, "leased_by": None, "result": result}
    if not _ours(tx, run, lease=lease, values=values):
        return False
    _tell(tx, run.id, use_case=use_case.name, channel=use_case.channel)
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
        _tell(tx, lost, use_case=use_case.name, channel=use_case.channel)
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


def _handed_over(given: Given) -> dict[str, Any]:
    return {"through": given.through, "labels": given.count, "new_labels": given.new}


def _tell(
    tx: Transaction, number: int, *, use_case: str, channel: str, of_webhook: bool = False
) -> None:
    told = {"says": "retrained", "of_webhook": of_webhook, **_told(tx, number)}
    outbox.put(
        tx,
        kind=outbox.Kind.NOTICE,
        stream=f"retraining:{use_case}",
        lane=outbox.posts_lane(channel),
        use_case=use_case,
        payload={"channel": channel, **told},
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
