"""What must be sent, and at what pace."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, json_column, row_id


class OutboxRow(Row, table=True):
    """Something that must be sent; written by the verb that makes it true, deleted by nobody.

    Rows of one ``stream`` are sent in order of id: a row waits while an earlier one is unsent.
    Rows of one ``lane`` share a rate limit of the receiving side.
    """

    __tablename__ = "outbox"
    __table_args__ = (
        Index(
            "ix_outbox_lane_waiting",
            "lane",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_due",
            "lane",
            "due_at",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_stream_waiting",
            "stream",
            "id",
            sqlite_where=text("state = 'waiting'"),
            postgresql_where=text("state = 'waiting'"),
        ),
        Index(
            "ix_outbox_dead",
            "id",
            sqlite_where=text("state = 'dead'"),
            postgresql_where=text("state = 'dead'"),
        ),
        Index("ix_outbox_case", "case_id"),
    )

    id: int | None = row_id()
    stream: str
    lane: str
    kind: str
    case_id: int | None = Field(default=None, sa_type=BigInteger, foreign_key="cases.id")
    use_case: str
    payload: dict[str, Any] = json_column(nullable=False)
    state: str = "waiting"
    attempts: int = 0
    due_at: datetime = Field(sa_type=Moment)
    """Not to be taken before; taking a row moves this to the end of its lease."""
    leased_by: str | None = None
    created_at: datetime = Field(sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    last_error: str | None = None


class Pace(Row, table=True):
    """When a lane, or everything for one receiver, may be used; shared by all who deliver."""

    __tablename__ = "paces"

    name: str = Field(primary_key=True)
    free_at: datetime = Field(sa_type=Moment)
    """When the lane would be idle if everything taken so far had kept its interval."""
    held_until: datetime = Field(sa_type=Moment)
    """Nothing goes before: the receiving side asked for it."""


outbox = SQLModel.metadata.tables["outbox"]
paces = SQLModel.metadata.tables["paces"]
