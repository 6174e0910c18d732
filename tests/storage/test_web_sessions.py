"""A link opens one session, a session ends when it is ended, on both databases."""

import asyncio
from datetime import timedelta

import pytest

from hitl.storage.database import Database
from hitl.storage.web_sessions import (
    Holder,
    LinkUsed,
    end_session,
    holder_of,
    link_was_used,
    open_session,
)
from tests.conftest import Clock

ANA = Holder("U0ANA", "T0LOCAL", None)
HOUR = timedelta(hours=1)


async def opened(database: Database, digest: str, **more: str) -> None:
    await database.write(
        lambda tx: open_session(
            tx,
            digest,
            holder=ANA,
            lasts=HOUR,
            link=more.get("link"),
            instead_of=more.get("instead_of"),
        )
    )


async def holder(database: Database, digest: str) -> Holder | None:
    return await database.read(lambda c: holder_of(c, digest, now=database.now()))


async def test_of_many_who_use_a_link_at_once_one_gets_in(database: Database) -> None:
    tries = [opened(database, f"session {n}", link="link 1") for n in range(8)]
    results = await asyncio.gather(*tries, return_exceptions=True)
    assert sum(result is None for result in results) == 1
    assert sum(isinstance(result, LinkUsed) for result in results) == 7
    found = [await holder(database, f"session {n}") for n in range(8)]
    assert [each for each in found if each] == [ANA]
    assert await database.read(lambda c: link_was_used(c, "link 1"))
    assert not await database.read(lambda c: link_was_used(c, "link 2"))


async def test_a_session_ends_at_its_time_or_before(database: Database, clock: Clock) -> None:
    await opened(database, "first")
    await opened(database, "second", instead_of="first")
    assert await holder(database, "first") is None
    assert await holder(database, "second") == ANA
    clock.advance(minutes=60)
    assert await holder(database, "second") is None
    await opened(database, "third")
    await database.write(lambda tx: end_session(tx, "third"))
    assert await holder(database, "third") is None


async def test_a_used_link_is_remembered_for_longer_than_it_could_be_used(
    database: Database, clock: Clock
) -> None:
    await opened(database, "first", link="link 1")
    clock.advance(hours=23)
    await opened(database, "second", link="link 2")
    with pytest.raises(LinkUsed):
        await opened(database, "third", link="link 1")
