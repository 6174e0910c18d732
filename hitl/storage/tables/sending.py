"""What must be sent, and at what pace."""

from sqlalchemy import BigInteger, ForeignKey, Index, Integer, String, Table, text

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import ANY_JSON, key, metadata, optional, required, row_id

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    required("stream", String),
    required("lane", String),
    required("kind", String),
    optional("case_id", BigInteger, ForeignKey("cases.id")),
    required("use_case", String),
    required("payload", ANY_JSON),  # dict[str, Any]
    required("state", String, default="waiting"),
    required("attempts", Integer, default=0),
    # Not to be taken before; taking a row moves this to the end of its lease.
    required("due_at", Moment),
    optional("leased_by", String),
    required("created_at", Moment),
    optional("finished_at", Moment),
    optional("last_error", String),
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
"""Something that must be sent; written by the verb that makes it true, deleted by nobody.

Rows of one ``stream`` are sent in order of id: a row waits while an earlier one is unsent.
Rows of one ``lane`` share a rate limit of the receiving side.
"""

paces = Table(
    "paces",
    metadata,
    key("name", String),
    # When the lane would be idle if everything taken so far had kept its interval.
    required("free_at", Moment),
    # Nothing goes before: the receiving side asked for it.
    required("held_until", Moment),
)
"""When a lane, or everything for one receiver, may be used; shared by all who deliver."""
