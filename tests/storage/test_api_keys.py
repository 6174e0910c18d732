"""Keys are made, rotated and revoked in the database; two of a name live at once, never three."""

import asyncio

import pytest
from sqlalchemy import text

from bot.intake.keyring import Keyring
from bot.intake.stored_keys import keeping_keys, look_at_keys
from hitl.api_keys import KeyRefused, NewKey, Scope, StoredKey, new_key
from hitl.storage.api_keys import create_key, every_key, live_keys, revoke_key
from hitl.storage.database import Database
from tests.conftest import Clock

READ = frozenset({Scope.READ})


async def made(database: Database, name: str = "crm") -> NewKey:
    key = new_key()
    await database.write(
        lambda tx: create_key(tx, key, name=name, scopes=READ, use_cases={"spam", "digits"})
    )
    return key


async def revoked(database: Database, named: str) -> StoredKey:
    return await database.write(lambda tx: revoke_key(tx, named))


async def test_a_key_is_kept_as_its_digest_alone(database: Database, clock: Clock) -> None:
    key = await made(database)
    [stored] = await database.read(live_keys)
    assert (stored.id, stored.name, stored.digest) == (key.id, "crm", key.digest)
    assert stored.scopes == READ
    assert sorted(stored.use_cases or ()) == ["digits", "spam"]
    assert (stored.created_at, stored.last_used_at) == (clock.now, None)
    row = await database.read(lambda c: c.execute(text("SELECT * FROM api_keys")).one())
    assert key.token.rpartition("_")[2] not in str(row)


async def test_of_many_made_at_once_two_of_a_name_live(database: Database) -> None:
    results = await asyncio.gather(
        *(made(database) for _ in range(6)), made(database, "other"), return_exceptions=True
    )
    assert sum(isinstance(result, NewKey) for result in results) == 3
    refused = [str(result) for result in results if isinstance(result, KeyRefused)]
    assert len(refused) == 4
    assert "revoke" in refused[0]


async def test_a_key_can_be_rotated_again_and_again(database: Database) -> None:
    old = await made(database)
    for _ in range(3):
        new = await made(database)
        await revoked(database, old.id)
        old = new
    assert [key.id for key in await database.read(live_keys)] == [old.id]
    assert len(await database.read(every_key)) == 4


async def test_a_key_is_revoked_by_id_name_or_the_whole_of_it(database: Database) -> None:
    first, second = await made(database), await made(database)
    with pytest.raises(KeyRefused, match=f"two keys are named.*{first.id}"):
        await revoked(database, "crm")
    assert (await revoked(database, second.token)).id == second.id
    assert (await revoked(database, "crm")).id == first.id
    with pytest.raises(KeyRefused, match="revoked already"):
        await revoked(database, first.id)


async def test_a_secret_that_names_no_key_is_not_repeated(database: Database) -> None:
    token = new_key().token
    with pytest.raises(KeyRefused) as refusal:
        await revoked(database, token)
    assert token not in str(refusal.value)


async def test_a_running_service_learns_of_keys_by_itself(database: Database, clock: Clock) -> None:
    keyring = Keyring()
    key = await made(database)
    async with keeping_keys(database, keyring):
        assert keyring.holder(key.token) is not None
        clock.advance(minutes=5)
        async with asyncio.timeout(10):  # the service's own look may be on its way with it
            while (await database.read(live_keys))[0].last_used_at is None:
                await look_at_keys(database, keyring)
        [stored] = await database.read(live_keys)
        assert stored.last_used_at == clock.now
        await revoked(database, key.id)
        await look_at_keys(database, keyring)
        assert keyring.holder(key.token) is None
