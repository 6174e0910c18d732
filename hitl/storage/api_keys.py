"""Making, listing and revoking API keys."""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, select, update

from hitl.api_keys import KeyRefused, NewKey, Scope, StoredKey, id_in, require_name
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import api_keys

_SLOTS = (1, 2)


def create_key(
    tx: Transaction,
    key: NewKey,
    *,
    name: str,
    scopes: Collection[Scope],
    use_cases: Collection[str] | None = None,
) -> StoredKey:
    """Keep the digest of ``key``; raises ``KeyRefused`` where two of the name live already."""
    values = {
        "id": key.id,
        "name": require_name(name),
        "digest": key.digest,
        "scopes": sorted(scopes),
        "use_cases": None if use_cases is None else sorted(use_cases),
        "created_at": tx.now,
    }
    if not any(insert_new(tx.connection, api_keys, values | {"slot": slot}) for slot in _SLOTS):
        ids = " and ".join(each.id for each in live_keys(tx.connection) if each.name == name)
        raise KeyRefused(f'two keys named "{name}" are accepted already: revoke {ids} first')
    return _by_id(tx.connection, key.id)


def revoke_key(tx: Transaction, named: str) -> StoredKey:
    """Refuse the key from now on; it is named by its id, by its name, or by all of it.

    Raises ``KeyRefused`` where that names no accepted key, or two.
    """
    number = id_in(named) or named
    living = [each for each in live_keys(tx.connection) if number in (each.id, each.name)]
    if len(living) != 1:
        raise KeyRefused(_which(tx.connection, number, living))
    changed = tx.connection.execute(
        update(api_keys)
        .where(api_keys.c.id == living[0].id, api_keys.c.revoked_at.is_(None))
        .values(revoked_at=tx.now)
    ).rowcount
    if not changed:
        raise KeyRefused(f"key {living[0].id} was revoked just now")
    return replace(living[0], revoked_at=tx.now)


def live_keys(connection: Connection) -> list[StoredKey]:
    """The keys that are accepted."""
    chosen = select(api_keys).where(api_keys.c.revoked_at.is_(None)).order_by(api_keys.c.created_at)
    return [_key(row) for row in connection.execute(chosen)]


def every_key(connection: Connection) -> list[StoredKey]:
    """Those that were revoked too, the newest first."""
    newest = api_keys.c.created_at.desc()
    return [_key(row) for row in connection.execute(select(api_keys).order_by(newest))]


def note_uses(tx: Transaction, ids: Collection[str]) -> None:
    """Remember that the keys were used lately."""
    if ids:
        named = api_keys.c.id.in_(sorted(ids))
        tx.connection.execute(update(api_keys).where(named).values(last_used_at=tx.now))


def _which(connection: Connection, named: str, living: list[StoredKey]) -> str:
    if living:
        return f'two keys are named "{named}": say {" or ".join(each.id for each in living)}'
    revoked = [each for each in every_key(connection) if named in (each.id, each.name)]
    if revoked:
        return f"key {revoked[0].id} was revoked already"
    # It may be a secret that somebody pasted, so it is not repeated.
    return "there is no such key; see: hitl keys list"


def _by_id(connection: Connection, number: str) -> StoredKey:
    return _key(connection.execute(select(api_keys).where(api_keys.c.id == number)).one())


def _key(row: Row[Any]) -> StoredKey:
    return StoredKey(
        id=row.id,
        name=row.name,
        digest=row.digest,
        scopes=frozenset(row.scopes),
        use_cases=None if row.use_cases is None else frozenset(row.use_cases),
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        revoked_at=row.revoked_at,
    )
