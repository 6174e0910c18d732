"""What each person wants to be told of directly."""

from sqlalchemy import String, Table

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import key, metadata, required

notifications = Table(
    "notifications",
    metadata,
    key("person", String),
    key("kind", String),
    required("since", Moment),
)
"""That a person chose, of one kind of direct messages, other than what is usual for it."""

told_signs = Table(
    "told_signs",
    metadata,
    key("person", String),
    key("sign", String),
    required("at", Moment),
)
"""When a person was last told of a sign that they may be tired: one row, so once for all."""
