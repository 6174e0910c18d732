"""What people can choose to be told of directly, beside where everybody sees it."""

from enum import StrEnum


class Told(StrEnum):
    """A kind of direct message."""

    DISPUTE = "dispute"
    """Reviewers disagree on a case that this person may settle."""
    HANDED = "handed"
    """Somebody asks this person by name to look at a case."""
    DIGEST = "digest"
    """The weekly digest of a use case that concerns this person: a copy of it."""
    FATIGUE = "fatigue"
    """This person's own pace says that they may be tired; nobody else is told."""


USUAL = frozenset({Told.FATIGUE})
"""What people are told of unless they choose not to be; of all else only those who choose it."""
