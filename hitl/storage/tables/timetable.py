"""What the timetable has run."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, row_id


class ScheduleRun(Row, table=True):
    """That a job ran for a moment of its timetable: unique, so it can happen once."""

    __tablename__ = "schedule_runs"
    __table_args__ = (UniqueConstraint("job", "fire_at"),)

    id: int | None = row_id()
    job: str
    fire_at: datetime = Field(sa_type=Moment)
    ran_at: datetime = Field(sa_type=Moment)


schedule_runs = SQLModel.metadata.tables["schedule_runs"]
