"""How far the tables are, and the policies as they stood."""

from datetime import datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, json_column, row_id


class SchemaVersion(Row, table=True):
    """One row: how far the tables are, and the oldest code that can still work with them."""

    __tablename__ = "schema_version"

    id: int = Field(primary_key=True)
    version: int
    minimum_compatible: int


class PolicyVersion(Row, table=True):
    """A use case's policy as it stood, by content hash, so that a number can name its rules."""

    __tablename__ = "policy_versions"
    __table_args__ = (UniqueConstraint("use_case", "version"),)

    id: int | None = row_id()
    use_case: str
    version: str
    content: dict[str, Any] = json_column(nullable=False)
    first_used_at: datetime = Field(sa_type=Moment)


schema_version = SQLModel.metadata.tables["schema_version"]
policy_versions = SQLModel.metadata.tables["policy_versions"]
