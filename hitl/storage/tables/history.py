"""The audit log and its checkpoints."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, UniqueConstraint
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, json_column, row_id


class AuditEvent(Row, table=True):
    """What happened to a case, in order; written in the same transaction as the change.

    The events of a case are a chain: ``hitl.audit`` says what ``hash`` covers.
    """

    __tablename__ = "audit_events"
    __table_args__ = (UniqueConstraint("case_id", "position"),)

    id: int | None = row_id()
    case_id: int = id_of_case()
    position: int
    """From 1 in each case."""
    type: str
    actor: str
    at: datetime = Field(sa_type=Moment)
    data: dict[str, Any] = json_column(nullable=False)
    words: str | None = None
    """The salted digest of what a person wrote with it."""
    previous: str | None = None
    hash: str


class CheckpointRow(Row, table=True):
    """One hash over every chain up to the event ``through``."""

    __tablename__ = "checkpoints"

    id: int | None = row_id()
    at: datetime = Field(sa_type=Moment)
    through: int = Field(sa_type=BigInteger)
    cases: int = Field(sa_type=BigInteger)
    """How many chains there were."""
    hash: str


audit_events = SQLModel.metadata.tables["audit_events"]
checkpoints = SQLModel.metadata.tables["checkpoints"]
