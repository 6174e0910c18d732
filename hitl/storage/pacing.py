"""How fast a lane may go and until when it is held, shared by everyone who takes from it."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hitl.storage.bell import outbox_topic
from hitl.storage.database import Transaction
from hitl.storage.moments import EPOCH
from hitl.storage.statements import insert_new
from hitl.storage.tables import paces


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``burst`` at once, and one each ``interval`` in the long run."""

    interval: timedelta
    burst: int
    in_order: bool = False
    """Only one taker at a time, who sends what it took one after the other."""
    most_out: int | None = None
    """How many may be taken and not yet settled; None for any number."""

    def room(self, out: int) -> int:
        """How many more may be taken while ``out`` are not yet settled."""
        if self.in_order:
            return 0 if out else self.burst
        return self.burst if self.most_out is None else max(0, self.most_out - out)


Rates = Callable[[str], Rate | None]
"""The rate of a lane; None for one that goes as fast as it can."""


def receiver_of(lane: str) -> str:
    """Whom everything in the lane goes to."""
    return lane.partition("/")[0]


def hold(tx: Transaction, name: str, *, until: datetime) -> None:
    """Nothing is taken from the lane, or for the receiver, called ``name`` before ``until``."""
    _ensure(tx, name)
    tx.connection.execute(
        update(paces)
        .where(paces.c.name == name, paces.c.held_until < until)
        .values(held_until=until)
    )


def release(tx: Transaction, name: str) -> None:
    """End a hold early."""
    tx.connection.execute(update(paces).where(paces.c.name == name).values(held_until=EPOCH))
    tx.announce(outbox_topic(receiver_of(name)))


def once_each(tx: Transaction, name: str, *, every: timedelta) -> bool:
    """Whether ``name`` has had no turn for so long; then this is its turn, and nobody else's."""
    _ensure(tx, name)
    turn = tx.connection.execute(
        update(paces)
        .where(paces.c.name == name, paces.c.held_until <= tx.now)
        .values(held_until=tx.now + every)
    )
    return turn.rowcount == 1


def allowance(tx: Transaction, lane: str, *, rate: Rate | None, most: int) -> int:
    """How many of ``most`` rows the lane lets go now; a lane with a rate was locked before."""
    if most == 0:
        return 0
    known = _paces(tx.connection.execute(select(paces).where(paces.c.name.in_(_names(lane)))))
    if any(pace.held_until > tx.now for pace in known.values()):
        return 0
    if rate is None:
        return most
    if lane not in known:
        _ensure(tx, lane)
        known[lane] = _Pace(free_at=EPOCH, held_until=EPOCH)
    # The generic cell rate algorithm: a lane may run ahead of its interval by one burst.
    ahead = max(known[lane].free_at - tx.now, timedelta())
    return max(0, min(most, (rate.interval * rate.burst - ahead) // rate.interval))


def use(tx: Transaction, lane: str, *, rate: Rate, count: int) -> None:
    """Note that ``count`` rows go through the lane, which is locked."""
    chosen = paces.c.name == lane
    free_at = tx.connection.execute(select(paces.c.free_at).where(chosen)).scalar_one()
    moved = max(free_at, tx.now) + rate.interval * count
    tx.connection.execute(update(paces).where(chosen).values(free_at=moved))


def openings(
    connection: Connection, lanes: Iterable[str], *, now: datetime, rates: Rates
) -> dict[str, datetime]:
    """From when each lane lets something go; ``now`` or earlier for at once."""
    known = _paces(connection.execute(select(paces)))
    return {lane: _opens_at(lane, known, now=now, rate=rates(lane)) for lane in lanes}


@dataclass(frozen=True, slots=True)
class _Pace:
    free_at: datetime
    held_until: datetime


def _paces(rows: Iterable[Row[Any]]) -> dict[str, _Pace]:
    return {row.name: _Pace(row.free_at, row.held_until) for row in rows}


def _opens_at(
    lane: str, known: Mapping[str, _Pace], *, now: datetime, rate: Rate | None
) -> datetime:
    moments = [known[name].held_until for name in _names(lane) if name in known]
    if rate is not None and lane in known:
        moments.append(known[lane].free_at - rate.interval * (rate.burst - 1))
    return max(moments, default=now)


def _names(lane: str) -> tuple[str, str]:
    """What can hold a lane: itself, and the receiver its name begins with."""
    return lane, receiver_of(lane)


def _ensure(tx: Transaction, name: str) -> None:
    insert_new(tx.connection, paces, {"name": name, "free_at": EPOCH, "held_until": EPOCH})
