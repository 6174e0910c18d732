"""What the timetable has run."""

from sqlalchemy import String, Table, UniqueConstraint

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import metadata, required, row_id

schedule_runs = Table(
    "schedule_runs",
    metadata,
    row_id(),
    required("job", String),
    required("fire_at", Moment),
    required("ran_at", Moment),
    UniqueConstraint("job", "fire_at"),
)
"""That a job ran for a moment of its timetable: unique, so it can happen once."""
