"""What tells how alike cases are, beyond their text."""

from sqlalchemy import Column, LargeBinary
from sqlmodel import Field, SQLModel

from hitl.storage.tables.columns import Row, id_of_case


class EmbeddingRow(Row, table=True):
    """The caller's vector of an item, of length one; erased together with the item."""

    __tablename__ = "embeddings"

    case_id: int = id_of_case(primary_key=True)
    vector: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    """Four bytes a number: floats, least significant byte first."""


embeddings = SQLModel.metadata.tables["embeddings"]
