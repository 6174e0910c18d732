"""What people ask whoever submitted a case, and what they are told."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from hitl.storage.moments import Moment
from hitl.storage.tables.columns import Row, id_of_case, row_id


class InquiryRow(Row, table=True):
    """A question to the submitter of a case; answered once."""

    __tablename__ = "inquiries"

    id: int | None = row_id()
    case_id: int = id_of_case(index=True)
    author: str
    text: str | None = None
    """None once erased; so is the answer."""
    salt: str | None = None
    """Of the text's digest in the audit chain; erased together with the text."""
    at: datetime = Field(sa_type=Moment)
    answer: str | None = None
    answer_salt: str | None = None
    answered_by: str | None = None
    answered_at: datetime | None = Field(default=None, sa_type=Moment)


inquiries = SQLModel.metadata.tables["inquiries"]
