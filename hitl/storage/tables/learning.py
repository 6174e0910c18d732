"""What decisions teach: labels as they are given out, model versions, calibrations, retraining."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Float,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import (
    ANY_JSON,
    id_of_case,
    key,
    metadata,
    optional,
    required,
    row_id,
)

# To be written out in a query, too: SQLite takes a partial index for no parameter.
RUN_GOES_ON = text("state IN ('waiting', 'running')")

label_marks = Table(
    "label_marks",
    metadata,
    row_id(),
    id_of_case(),
)
"""That a case's label may have changed; gone once the label says what the case says."""

labels = Table(
    "labels",
    metadata,
    id_of_case(primary_key=True),
    required("use_case", String),
    required("position", BigInteger),
    # Who has not read so far was never told of the case.
    required("first_position", BigInteger),
    # None where nothing stands any more that people said.
    optional("label", String),
    optional("verdict", String),
    required("flagged", Boolean, default=False),
    # ``reviewers``, ``audit``, ``user`` or ``truth``.
    optional("source", String),
    # Whose votes chose it.
    required("reviewers", ANY_JSON),  # list[str]
    required("adjudicated", Boolean, default=False),
    optional("decided_at", Moment),
    # Whether what was submitted is gone.
    required("erased", Boolean, default=False),
    UniqueConstraint("position"),
    Index("ix_labels_use_case", "use_case", "position"),
)
"""What readers of labels are told of a case: one row each, moved to the end when it changes.

Positions are given by one writer at a time, after what they tell of was committed: whoever
has read up to one has missed nothing before it.
"""

feed_keys = Table(
    "feed_keys",
    metadata,
    key("id", Integer),
    required("pseudonyms", String),
)
"""One row: the secret behind reviewers' pseudonyms, the same as long as the database is."""

model_versions = Table(
    "model_versions",
    metadata,
    row_id(),
    required("use_case", String),
    required("version", String),
    required("first_seen_at", Moment),
    optional("told_by", String),
    # The position of the last label that it learned from.
    optional("trained_through", BigInteger),
    optional("notes", String),
    # When its before and after was told in Slack.
    optional("reported_at", Moment),
    UniqueConstraint("use_case", "version"),
)
"""A version of a use case's model, told by whoever deployed it or seen in traffic."""

calibrations = Table(
    "calibrations",
    metadata,
    row_id(),
    required("use_case", String),
    required("model", String),
    required("slope", Float),
    # Platt's, of the score's log odds: slope 1 and intercept 0 change nothing.
    required("intercept", Float),
    # From how many labels of the shadow sample.
    required("labels", Integer),
    required("fitted_at", Moment),
    Index("ix_calibrations_model", "use_case", "model", "id"),
)
"""A map from a version's scores to how often it is right; never changed, a newer one counts."""

retrain_runs = Table(
    "retrain_runs",
    metadata,
    row_id(),
    required("use_case", String),
    # The moment of a timetable, the position that made enough labels, or whoever asked.
    required("occasion", String),
    required("asked_at", Moment),
    required("state", String),
    optional("leased_by", String),
    optional("lease_until", Moment),
    optional("started_at", Moment),
    optional("finished_at", Moment),
    # The position of the last label that was handed over.
    optional("through", BigInteger),
    optional("labels", Integer),
    # Of them, how many changed since the run before.
    optional("new_labels", Integer),
    # How it ended, and the end of what it printed.
    optional("result", ANY_JSON),  # dict[str, Any]
    UniqueConstraint("use_case", "occasion"),
    Index(
        "ux_retrain_runs_going_on",
        "use_case",
        unique=True,
        sqlite_where=RUN_GOES_ON,
        postgresql_where=RUN_GOES_ON,
    ),
)
"""One retraining, asked for once for its occasion; the partial index allows one at a time."""
