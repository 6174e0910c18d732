"""What each person wants to be told of directly."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment


class NotificationRow(SQLModel, table=True):
    """That a person wants direct messages of one kind; no row means that they want none."""

    __tablename__ = "notifications"

    person: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    since: datetime = Field(sa_type=Moment)


notifications = SQLModel.metadata.tables["notifications"]
