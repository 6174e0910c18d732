"""Keeping every policy a case was ever routed by."""

from hitl.policy import Policy
from hitl.policy.stored import content_of
from hitl.storage.database import Transaction
from hitl.storage.statements import insert_new
from hitl.storage.tables import policy_versions


def record_versions(tx: Transaction, policy: Policy) -> None:
    """Store the version of each use case that was not seen before."""
    for use_case in policy.use_cases.values():
        values = {
            "use_case": use_case.name,
            "version": use_case.version,
            "content": content_of(use_case),
            "first_used_at": tx.now,
        }
        insert_new(tx.connection, policy_versions, values)
