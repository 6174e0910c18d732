"""What a team decided, month by month, about where its money goes."""

from sqlalchemy import String, Table, UniqueConstraint

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, metadata, optional, required, row_id

monthly_reviews = Table(
    "monthly_reviews",
    metadata,
    row_id(),
    required("use_case", String),
    # The month it looks back on, as in ``2026-11``, in the zone of the use case.
    required("month", String),
    required("since", Moment),
    required("until", Moment),
    # What was known when it was asked, a line each; NULL before it is.
    optional("evidence", ANY_JSON),  # list[str]
    required("asked_at", Moment),
    # ``invest`` or ``good``.
    optional("decision", String),
    optional("decided_by", String),
    optional("decided_at", Moment),
    UniqueConstraint("use_case", "month"),
)
"""That a use case's leads were asked whether to invest in its model, and what they said."""
