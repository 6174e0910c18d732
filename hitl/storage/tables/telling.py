"""What each person wants to be told of directly."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row


class NotificationRow(Row, table=True):
    """That a person chose, of one kind of direct messages, other than what is usual for it."""

    __tablename__ = "notifications"

    person: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Moment)


class ToldSignRow(Row, table=True):
    """When a person was last told of a sign that they may be tired: one row, so once for all."""

    __tablename__ = "told_signs"

    person: str = Field(primary_key=True)
    sign: str = Field(primary_key=True)
    at: datetime = Field(sa_type=Moment)


notifications = SQLModel.metadata.tables["notifications"]
told_signs = SQLModel.metadata.tables["told_signs"]
