"""What people ask whoever submitted a case, and what they are told."""

from sqlalchemy import String, Table

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import id_of_case, metadata, optional, required, row_id

inquiries = Table(
    "inquiries",
    metadata,
    row_id(),
    id_of_case(index=True),
    required("author", String),
    # None once erased; so is the answer.
    optional("text", String),
    # Of the text's digest in the audit chain; erased together with the text.
    optional("salt", String),
    required("at", Moment),
    optional("answer", String),
    optional("answer_salt", String),
    optional("answered_by", String),
    optional("answered_at", Moment),
)
"""A question to the submitter of a case; answered once."""
