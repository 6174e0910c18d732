"""What a team decided, month by month, about where its money goes."""

from datetime import datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, json_column, row_id


class MonthlyReview(Row, table=True):
    """That a use case's leads were asked whether to invest in its model, and what they said."""

    __tablename__ = "monthly_reviews"
    __table_args__ = (UniqueConstraint("use_case", "month"),)

    id: int | None = row_id()
    use_case: str
    month: str
    """The month it looks back on, as in ``2026-11``, in the zone of the use case."""
    since: datetime = Field(sa_type=Moment)
    until: datetime = Field(sa_type=Moment)
    evidence: list[str] | None = json_column()
    """What was known when it was asked, a line each; NULL before it is."""
    asked_at: datetime = Field(sa_type=Moment)
    decision: str | None = None
    """``invest`` or ``good``."""
    decided_by: str | None = None
    decided_at: datetime | None = Field(default=None, sa_type=Moment)


monthly_reviews = SQLModel.metadata.tables["monthly_reviews"]
