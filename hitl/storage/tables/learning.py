"""What decisions teach: labels as they are given out, model versions, calibrations, retraining."""

from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, json_column, row_id

# To be written out in a query, too: SQLite takes a partial index for no parameter.
RUN_GOES_ON = text("state IN ('waiting', 'running')")


class LabelMark(Row, table=True):
    """That a case's label may have changed; gone once the label says what the case says."""

    __tablename__ = "label_marks"

    id: int | None = row_id()
    case_id: int = id_of_case()


class LabelRow(Row, table=True):
    """What readers of labels are told of a case: one row each, moved to the end when it changes.

    Positions are given by one writer at a time, after what they tell of was committed: whoever
    has read up to one has missed nothing before it.
    """

    __tablename__ = "labels"
    __table_args__ = (
        UniqueConstraint("position"),
        Index("ix_labels_use_case", "use_case", "position"),
    )

    case_id: int = id_of_case(primary_key=True)
    use_case: str
    position: int = Field(sa_type=BigInteger)
    first_position: int = Field(sa_type=BigInteger)
    """Who has not read so far was never told of the case."""
    label: str | None = None
    """None where nothing stands any more that people said."""
    verdict: str | None = None
    flagged: bool = False
    source: str | None = None
    """``reviewers``, ``audit``, ``user`` or ``truth``."""
    reviewers: list[str] = json_column(nullable=False)
    """Whose votes chose it."""
    adjudicated: bool = False
    decided_at: datetime | None = Field(default=None, sa_type=Moment)
    erased: bool = False
    """Whether what was submitted is gone."""


class FeedKey(Row, table=True):
    """One row: the secret behind reviewers' pseudonyms, the same as long as the database is."""

    __tablename__ = "feed_keys"

    id: int = Field(primary_key=True)
    pseudonyms: str


class ModelVersionRow(Row, table=True):
    """A version of a use case's model, told by whoever deployed it or seen in traffic."""

    __tablename__ = "model_versions"
    __table_args__ = (UniqueConstraint("use_case", "version"),)

    id: int | None = row_id()
    use_case: str
    version: str
    first_seen_at: datetime = Field(sa_type=Moment)
    told_by: str | None = None
    trained_through: int | None = Field(default=None, sa_type=BigInteger)
    """The position of the last label that it learned from."""
    notes: str | None = None
    reported_at: datetime | None = Field(default=None, sa_type=Moment)
    """When its before and after was told in Slack."""


class CalibrationRow(Row, table=True):
    """A map from a version's scores to how often it is right; never changed, a newer one counts."""

    __tablename__ = "calibrations"
    __table_args__ = (Index("ix_calibrations_model", "use_case", "model", "id"),)

    id: int | None = row_id()
    use_case: str
    model: str
    slope: float
    intercept: float
    """Platt's, of the score's log odds: slope 1 and intercept 0 change nothing."""
    labels: int
    """From how many labels of the shadow sample."""
    fitted_at: datetime = Field(sa_type=Moment)


class RetrainRun(Row, table=True):
    """One retraining, asked for once for its occasion; the partial index allows one at a time."""

    __tablename__ = "retrain_runs"
    __table_args__ = (
        UniqueConstraint("use_case", "occasion"),
        Index(
            "ux_retrain_runs_going_on",
            "use_case",
            unique=True,
            sqlite_where=RUN_GOES_ON,
            postgresql_where=RUN_GOES_ON,
        ),
    )

    id: int | None = row_id()
    use_case: str
    occasion: str
    """The moment of a timetable, the position that made enough labels, or whoever asked."""
    asked_at: datetime = Field(sa_type=Moment)
    state: str
    leased_by: str | None = None
    lease_until: datetime | None = Field(default=None, sa_type=Moment)
    started_at: datetime | None = Field(default=None, sa_type=Moment)
    finished_at: datetime | None = Field(default=None, sa_type=Moment)
    through: int | None = Field(default=None, sa_type=BigInteger)
    """The position of the last label that was handed over."""
    labels: int | None = None
    new_labels: int | None = None
    """Of them, how many changed since the run before."""
    result: dict[str, Any] | None = json_column()
    """How it ended, and the end of what it printed."""


label_marks = SQLModel.metadata.tables["label_marks"]
labels = SQLModel.metadata.tables["labels"]
feed_keys = SQLModel.metadata.tables["feed_keys"]
model_versions = SQLModel.metadata.tables["model_versions"]
calibrations = SQLModel.metadata.tables["calibrations"]
retrain_runs = SQLModel.metadata.tables["retrain_runs"]
