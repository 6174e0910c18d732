"""Looks every few seconds whether a known answer is to be served; so may other processes."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import EVERY, by_itself, sweeping
from hitl.policy import InForce
from hitl.review import serve_known
from hitl.storage.database import Database
from hitl.storage.known_answers import turns_due


def serving_known_answers(
    database: Database, policy: InForce, *, every: timedelta = EVERY
) -> AbstractAsyncContextManager[None]:
    """Mix known answers into what people get for as long as the block runs."""
    return sweeping("known answers", partial(serve_due, database, policy), every=every)


async def serve_due(database: Database, policy: InForce) -> None:
    """Serve every one whose turn has come; raises ``StorageUnavailable``."""
    now = database.now()
    for turn in await database.read(partial(turns_due, now=now)):
        if use_case := policy.use_cases.get(turn.use_case):
            with by_itself(f"A known answer of {use_case.name}"):
                await database.write(partial(serve_known, turn=turn, use_case=use_case))
