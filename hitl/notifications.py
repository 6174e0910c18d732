"""What people can choose to be told of directly, beside where everybody sees it."""

from enum import StrEnum


class Told(StrEnum):
    """A kind of direct message."""

    DISPUTE = "dispute"
    """Reviewers disagree on a case that this person may settle."""
    HANDED = "handed"
    """Somebody asks this person by name to look at a case."""
