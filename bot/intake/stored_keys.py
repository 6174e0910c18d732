"""Keeps a keyring like the database: a key is accepted or revoked everywhere within seconds."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from bot.intake.keyring import Keyring
from bot.scheduler.sweeps import sweeping
from hitl.storage.api_keys import live_keys, note_uses
from hitl.storage.database import Database

EVERY = timedelta(seconds=2)


@asynccontextmanager
async def keeping_keys(
    database: Database, keyring: Keyring, *, every: timedelta = EVERY
) -> AsyncIterator[None]:
    """Look before the first request comes, and then for as long as the block runs."""
    look = partial(look_at_keys, database, keyring)
    await look()
    async with sweeping("keys", look, every=every):
        yield


async def look_at_keys(database: Database, keyring: Keyring) -> None:
    """Learn which keys are accepted, and note those that were used; ``StorageUnavailable``."""
    keyring.learn(await database.read(live_keys))
    if used := keyring.uses_to_note():
        await database.write(lambda tx: note_uses(tx, used))
