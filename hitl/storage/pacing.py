"""How fast a lane may go and until when it is held, shared by everyone who takes from it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, bindparam, exists, select, update

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


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a lane has run ahead, and until when it, or its receiver, is held."""

    free_at: datetime = EPOCH
    held_until: datetime = EPOCH


UNPACED = Pace()
_IN_FORCE = select(paces).where(
    (paces.c.held_until > bindparam("now")) | (paces.c.free_at > bindparam("now"))
)
_MOVE = (
    update(paces).where(paces.c.name == bindparam("of_name")).values(free_at=bindparam("moved_to"))
)
HAS_PACE = exists(_IN_FORCE)
"""Whether there is any that is in force; ``now`` is to be given."""


def paces_in_force(connection: Connection, *, now: datetime) -> dict[str, Pace]:
    """Of lanes and receivers; one that is not here can't stop anything."""
    rows = connection.execute(_IN_FORCE, {"now": now})
    return {row.name: Pace(row.free_at, row.held_until) for row in rows}


def opens_at(lane: str, known: Mapping[str, Pace], *, now: datetime, rate: Rate | None) -> datetime:
    """From when the lane lets something go; ``now`` or earlier for at once."""
    moments = [known[name].held_until for name in (lane, receiver_of(lane)) if name in known]
    if rate is not None and lane in known:
        moments.append(known[lane].free_at - rate.interval * (rate.burst - 1))
    return max(moments, default=now)


def allowance(pace: Pace, *, rate: Rate, now: datetime) -> int:
    """How many rows the lane lets go now."""
    # The generic cell rate algorithm: a lane may run ahead of its interval by one burst.
    ahead = max(pace.free_at - now, timedelta())
    return max(0, (rate.interval * rate.burst - ahead) // rate.interval)


def use(tx: Transaction, lane: str, pace: Pace, *, rate: Rate, count: int) -> Pace:
    """Note that ``count`` rows go through the lane, which was locked before its pace was read."""
    moved = max(pace.free_at, tx.now) + rate.interval * count
    if tx.connection.execute(_MOVE, {"of_name": lane, "moved_to": moved}).rowcount == 0:
        _ensure(tx, lane)
        tx.connection.execute(_MOVE, {"of_name": lane, "moved_to": moved})
    return Pace(moved, pace.held_until)


def _ensure(tx: Transaction, name: str) -> None:
    insert_new(tx.connection, paces, {"name": name, "free_at": EPOCH, "held_until": EPOCH})
