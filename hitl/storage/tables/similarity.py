"""What tells how alike cases are, beyond their text."""

from sqlalchemy import LargeBinary, Table

from hitl.storage.tables.columns import id_of_case, metadata, required

embeddings = Table(
    "embeddings",
    metadata,
    id_of_case(primary_key=True),
    # Four bytes a number: floats, least significant byte first.
    required("vector", LargeBinary),
)
"""The caller's vector of an item, of length one; erased together with the item."""
