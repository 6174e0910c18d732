"""How labels can be given out."""

from enum import StrEnum


class Format(StrEnum):
    """Of a label file."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"


class Reviewers(StrEnum):
    """What reviewers are called."""

    PSEUDONYMS = "pseudonyms"
    """The same for the same person, as long as the database is."""
    NAMED = "named"
