"""How far the tables are, and the policies as they stood."""

from sqlalchemy import Integer, String, Table, UniqueConstraint

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, key, metadata, required, row_id

schema_version = Table(
    "schema_version",
    metadata,
    key("id", Integer),
    required("version", Integer),
    required("minimum_compatible", Integer),
)
"""One row: how far the tables are, and the oldest code that can still work with them."""

policy_versions = Table(
    "policy_versions",
    metadata,
    row_id(),
    required("use_case", String),
    required("version", String),
    required("content", ANY_JSON),  # dict[str, Any]
    required("first_used_at", Moment),
    UniqueConstraint("use_case", "version"),
)
"""A use case's policy as it stood, by content hash, so that a number can name its rules."""
