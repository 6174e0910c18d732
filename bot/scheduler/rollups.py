"""Counts the hours that are over, again and again; so may other processes."""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime, timedelta
from functools import partial

from bot.scheduler.sweeps import sweeping
from hitl.reports.rolling import count_turn, store_turn
from hitl.storage.database import Database
from hitl.storage.rollups import Horizon, horizon

log = logging.getLogger(__name__)

_EVERY = timedelta(minutes=1)
_TRIES = 20
_TRY_EVERY_SECONDS = 0.5


def rolling_up(
    database: Database, *, every: timedelta = _EVERY
) -> AbstractAsyncContextManager[None]:
    """Keep the rollups up to date for as long as the block runs."""
    return sweeping("rollups", partial(roll_up, database), every=every)


async def roll_up(database: Database, *, told: Callable[[datetime], None] = lambda _: None) -> None:
    """Count what is over by now; ``told`` hears up to when, after each turn.

    Raises ``StorageUnavailable``.
    """
    known = await database.read(horizon)
    for _ in range(_TRIES):
        if await _rolled(database, known, told):
            return
        # Somebody's transaction, begun before the look at the horizon, has not ended.
        await asyncio.sleep(_TRY_EVERY_SECONDS)


async def _rolled(database: Database, known: Horizon, told: Callable[[datetime], None]) -> bool:
    """Whether all up to the horizon is counted, by this process or by another."""
    while True:
        turn = await database.read(partial(count_turn, known=known, now=database.now()))
        if turn is None:
            return False
        stored = await database.write(partial(store_turn, turn=turn))
        told(turn.after.until)
        if not stored or turn.is_last:
            return True
