"""The loop that empties the outbox; any number of processes may run it on one database.

At least once: a parcel whose taker dies is taken again when its lease has run out.
"""

import asyncio
import logging
import random
import secrets
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import partial
from itertools import groupby
from typing import Protocol

from bot.delivery.desk import Sent, Skipped
from bot.delivery.health import Health
from bot.delivery.pacing import slack_rates
from bot.delivery.settling import give_back, settle_result, settle_trouble
from bot.delivery.troubles import Treatment, Trouble
from hitl.failpoints import Instant, reach
from hitl.storage.bell import outbox_topic
from hitl.storage.database import Database, StorageUnavailable, Transaction
from hitl.storage.outbox import SLACK, Parcel, Sending
from hitl.storage.pacing import Rates
from hitl.storage.taking import Taken, has_follower, take

log = logging.getLogger(__name__)

Send = Callable[[Parcel], Awaitable[Sent | Skipped]]
"""Sends one parcel; raises ``Trouble`` for what it could not do."""
_ROOM = 1 / 3
"""What must be left of a lease for another parcel to be begun."""
_SHORTEST_REST = 0.05


class SettleTrouble(Protocol):
    """What a trouble leaves in the outbox; as ``settling.settle_trouble``, which is Slack's."""

    def __call__(
        self, tx: Transaction, parcel: Parcel, trouble: Trouble, *, chance: float
    ) -> Sending: ...


class Deliverer:
    """Takes what is due, sends it, and stores what became of it, until stopped."""

    def __init__(
        self,
        database: Database,
        send: Send,
        *,
        health: Health,
        rates: Rates = slack_rates,
        lease_for: timedelta = timedelta(seconds=30),
        most_at_once: int = 16,
        look_every: timedelta = timedelta(seconds=2),
        finish_within: timedelta = timedelta(seconds=10),
        chance: Callable[[], float] = random.random,
        receiver: str = SLACK,
        settle_trouble: SettleTrouble = settle_trouble,
    ) -> None:
        """``look_every`` bounds how long another process's rows stay unnoticed.

        What goes to other receivers than ``receiver`` is left to other deliverers, so that none
        waits for another's.
        """
        self._database = database
        self._send = send
        self._health = health
        self._rates = rates
        self._lease_for = lease_for
        self._most = most_at_once
        self._look_every = look_every
        self._finish_within = finish_within
        self._chance = chance
        self._receiver = receiver
        self._settle_trouble = settle_trouble
        self._in_hand = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()
        self._stopping = False

    async def run(self) -> None:
        """Deliver until ``stop``; then finish what is in flight."""
        with self._database.bell.listening(outbox_topic(self._receiver)) as self._wake:
            while not self._stopping:
                self._wake.clear()
                await self._look()
        await self._finish()

    def stop(self) -> None:
        """Take nothing more."""
        self._stopping = True
        self._wake.set()

    async def _look(self) -> None:
        """Start on what is due, then rest until more may be, or something is told."""
        idle = self._look_every.total_seconds()
        try:
            if self._in_hand < self._most:
                idle = await self._take()
        except StorageUnavailable as error:
            log.warning("Delivery waits for the database: %s", error)
        except Exception:  # the loop's edge: delivery that ended silently would be worse
            log.exception("Delivery can't take what is due.", extra={"key": "delivery.mistake"})
        with suppress(TimeoutError):
            async with asyncio.timeout(idle):
                await self._wake.wait()

    async def _finish(self) -> None:
        """Let sendings end; one that takes too long keeps its lease and is looked into later."""
        if self._tasks:
            _, late = await asyncio.wait(self._tasks, timeout=self._finish_within.total_seconds())
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)

    async def _take(self) -> float:
        """Start on what is due; the seconds until there may be more."""
        free = self._most - self._in_hand
        # Counted from before the lease began, so never longer than it.
        until = asyncio.get_running_loop().time() + self._lease_for.total_seconds()
        taken, idle = await self._database.write(
            partial(self._taken, lease=secrets.token_hex(8), most=free)
        )
        for together in self._sequences(taken.parcels):
            self._in_hand += len(together)
            task = asyncio.create_task(self._deliver(together, until=until))
            self._tasks.add(task)
            task.add_done_callback(self._forget)
        return idle

    def _taken(self, tx: Transaction, *, lease: str, most: int) -> tuple[Taken, float]:
        """What is due, and for how many seconds nothing more will be."""
        taken = take(
            tx,
            lease=lease,
            lease_for=self._lease_for,
            rates=self._rates,
            most=most,
            receiver=self._receiver,
        )
        if len(taken.parcels) == most:
            return taken, 0
        more_at = taken.more_at or tx.now + self._look_every
        idle = min(more_at - tx.now, self._look_every).total_seconds()
        return taken, max(idle, _SHORTEST_REST)

    def _sequences(self, parcels: Iterable[Parcel]) -> Iterable[list[Parcel]]:
        """What must go one after the other: a lane's parcels if it keeps order, else each alone."""
        for lane, taken in groupby(parcels, key=lambda parcel: parcel.lane):
            rate = self._rates(lane)
            if rate is not None and rate.in_order:
                yield list(taken)
            else:
                yield from ([parcel] for parcel in taken)

    async def _deliver(self, parcels: list[Parcel], *, until: float) -> None:
        """Send them in order; one that has to wait takes those behind it with it."""
        latest_start = until - self._lease_for.total_seconds() * _ROOM
        waiting = deque(parcels)
        try:
            while waiting and asyncio.get_running_loop().time() < latest_start:
                parcel = waiting.popleft()
                if not await self._deliver_one(parcel, until=until, is_last=not waiting):
                    break
            for parcel in waiting:
                await self._database.write(partial(give_back, parcel=parcel))
        except StorageUnavailable as error:
            log.warning("What became of a sending could not be stored: %s", error)
        finally:
            if self._in_hand == self._most:
                self._wake.set()
            self._in_hand -= len(parcels)

    async def _deliver_one(self, parcel: Parcel, *, until: float, is_last: bool) -> bool:
        """Whether the next in its lane may go."""
        result = await self._tried(parcel, until=until)
        if isinstance(result, Trouble):
            return await self._failed(parcel, result)
        if isinstance(result, Sent):
            self._health.resume()
        # Where nothing was kept waiting, nobody needs to look for it.
        opens_lane = is_last and self._rates(parcel.lane) is not None
        settled, is_followed = await self._database.write(
            lambda tx: (
                settle_result(tx, parcel, result),
                has_follower(tx.connection, parcel, now=tx.now, opens_lane=opens_lane),
            )
        )
        if not settled:
            log.warning("Parcel %s was sent after its lease.", parcel.id)
        if is_followed:
            self._wake.set()
        reach(Instant.SETTLED, parcel.kind)
        return True

    async def _tried(self, parcel: Parcel, *, until: float) -> Sent | Skipped | Trouble:
        try:
            async with asyncio.timeout_at(until):
                reach(Instant.SEND_BEFORE, parcel.kind)
                sent = await self._send(parcel)
                reach(Instant.SEND_AFTER, parcel.kind)
                return sent
        except Trouble as trouble:
            return trouble
        except TimeoutError:
            return Trouble(Treatment.RECONCILE, "not done within its lease")
        except StorageUnavailable:
            raise
        except Exception as error:  # one edge: our mistake in one message stops no other
            log.exception("Parcel %s can't be sent.", parcel.id, extra={"key": "delivery.mistake"})
            return Trouble(Treatment.BURY, f"our mistake: {type(error).__name__}")

    async def _failed(self, parcel: Parcel, trouble: Trouble) -> bool:
        """Whether the next in its lane may go all the same."""
        if trouble.treatment is Treatment.PAUSE:
            self._health.pause(str(trouble))
        chance = self._chance()
        state = await self._database.write(
            lambda tx: self._settle_trouble(tx, parcel, trouble, chance=chance)
        )
        self._wake.set()
        if state is Sending.DEAD:
            log.error(
                "Parcel %s (%s, case %s) is a dead letter: %s.",
                parcel.id,
                parcel.kind,
                parcel.case_id,
                trouble,
                extra={"key": "delivery.dead_letter"},
            )
        return state is Sending.DEAD

    def _forget(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()):
            log.error("A sending could not be settled.", exc_info=error)
