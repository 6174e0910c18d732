"""The database of the settings, for commands that look into it beside a running service."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from sqlalchemy import Connection

from bot.settings import read_settings
from hitl.errors import HitlError
from hitl.storage.database import Database, Transaction
from hitl.storage.engines import database_url, is_sqlite, sqlite_file
from hitl.storage.migrate import prepare_database

T = TypeVar("T")


class NoDatabase(HitlError):
    """A command that only looks makes no database."""


def read_store(query: Callable[[Connection], T]) -> T:
    """What the query returns."""
    return use_store(lambda database: database.read(query))


def write_store(verb: Callable[[Transaction], T], *, may_create: bool = False) -> T:
    """What the verb returns, once it is committed; ``may_create`` the database for it."""
    return use_store(lambda database: database.write(verb), may_create=may_create)


def use_store(work: Callable[[Database], Coroutine[Any, Any, T]], *, may_create: bool = False) -> T:
    """What the work returns that is done with the database."""
    url = read_settings().database_url
    address = database_url(url)
    is_missing = is_sqlite(address) and not sqlite_file(address).exists()
    if is_missing and not may_create:
        raise NoDatabase(
            f"there is no database at {address.database}: hitl serve makes it; if it is elsewhere,"
            " set HITL_DATABASE_URL"
        )
    prepare_database(url)

    async def run() -> T:
        database = Database(url, is_beside=True)
        try:
            return await work(database)
        finally:
            database.close()

    return asyncio.run(run())
