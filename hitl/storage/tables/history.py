"""The audit log and its checkpoints."""

from sqlalchemy import BigInteger, Integer, String, Table, UniqueConstraint

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, id_of_case, metadata, optional, required, row_id

audit_events = Table(
    "audit_events",
    metadata,
    row_id(),
    id_of_case(),
    # From 1 in each case.
    required("position", Integer),
    required("type", String),
    required("actor", String),
    required("at", Moment),
    required("data", ANY_JSON),  # dict[str, Any]
    # The salted digest of what a person wrote with it.
    optional("words", String),
    optional("previous", String),
    required("hash", String),
    UniqueConstraint("case_id", "position"),
)
"""What happened to a case, in order; written in the same transaction as the change.

The events of a case are a chain: ``hitl.audit`` says what ``hash`` covers.
"""

checkpoints = Table(
    "checkpoints",
    metadata,
    row_id(),
    required("at", Moment),
    required("through", BigInteger),
    # How many chains there were.
    required("cases", BigInteger),
    required("hash", String),
)
"""One hash over every chain up to the event ``through``."""
