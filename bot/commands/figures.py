"""Figures in words for the terminal."""

from hitl.percent import percent
from hitl.statistics.answers import NotYet, Share
from hitl.statistics.replay import Replayed


def share_words(share: Share) -> str:
    """``8.1 % (6.9 to 9.5)``."""
    low, high = (
        percent(each, decimals=1).removesuffix(" %")
        for each in (share.interval.low, share.interval.high)
    )
    return f"{percent(share.estimate, decimals=1)} ({low} to {high})"


def error_words(replayed: Replayed) -> str:
    """What blind checks found of what would stand, and how bad it may be."""
    found = replayed.automatic_error
    if isinstance(found, NotYet):
        return "unknown: nothing checked there"
    if replayed.error_at_most is None:
        return f"{percent(found.estimate, decimals=1)}, assumed"
    at_most = percent(replayed.error_at_most, decimals=1)
    return f"{percent(found.estimate, decimals=1)}, at most {at_most} ({found.total:,} checks)"
