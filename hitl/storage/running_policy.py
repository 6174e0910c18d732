"""The policy that every process goes by, as it is stored."""

from dataclasses import dataclass

from sqlalchemy import Connection, select, update

from hitl.policy import Policy
from hitl.policy.stored import content_of, policy_from
from hitl.storage.bell import POLICY
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import running_policy

_ONLY = 1
"""The id of the one row."""


@dataclass(frozen=True, slots=True)
class StoredPolicy:
    """What runs; ``policy`` is None before anything ever ran."""

    generation: int
    policy: Policy | None
    file_digest: str | None
    """Of the file that was last taken."""


def generation_of(connection: Connection) -> int:
    """Counts the changes; 0 before anything ever ran."""
    found = connection.execute(select(running_policy.c.generation)).scalar()
    return 0 if found is None else int(found)


def stored_policy(connection: Connection) -> StoredPolicy:
    """What runs; raises ``PolicyUnreadable``."""
    row = connection.execute(select(running_policy)).one_or_none()
    if row is None:
        return StoredPolicy(0, None, None)
    policy = policy_from(row.use_cases) if row.use_cases else None
    return StoredPolicy(row.generation, policy, row.file_digest)


def policy_to_change(tx: Transaction) -> StoredPolicy:
    """The same, and nobody else changes it before this transaction ends."""
    nothing = {"id": _ONLY, "generation": 0, "use_cases": [], "changed_at": tx.now}
    insert_new(tx.connection, running_policy, nothing)
    tx.connection.execute(select(running_policy.c.id).with_for_update())
    return stored_policy(tx.connection)


def put_in_force(tx: Transaction, policy: Policy) -> None:
    """Let every process go by this policy from now on."""
    tx.connection.execute(
        update(running_policy).values(
            generation=running_policy.c.generation + 1,
            use_cases=[content_of(use_case) for use_case in policy.use_cases.values()],
            changed_at=tx.now,
        )
    )
    tx.announce(POLICY)


def record_file(tx: Transaction, digest: str) -> None:
    """Keep which file was last taken."""
    tx.connection.execute(update(running_policy).values(file_digest=digest))
