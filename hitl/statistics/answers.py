"""The forms that answers take: a share with its interval, or how much is missing for one."""

from dataclasses import dataclass
from typing import Self

from hitl.statistics.intervals import Interval, wilson


@dataclass(frozen=True, slots=True)
class NotYet:
    """Too little was seen to answer; prints as ``not enough yet (61 of 149 checks)``."""

    found: int
    needed: int
    of: str
    """What is counted, in the plural."""

    def __str__(self) -> str:
        return f"not enough yet ({self.found:,} of {self.needed:,} {self.of})"


@dataclass(frozen=True, slots=True)
class Share:
    """``hits`` of ``total`` with the Wilson interval of the share."""

    hits: int
    total: int
    interval: Interval

    @classmethod
    def of(cls, hits: int, total: int, *, confidence: float = 0.95) -> Self:
        """The share after 0 ≤ hits ≤ total and total ≥ 1; else ``ValueError``."""
        return cls(hits, total, wilson(hits, total, confidence))

    @property
    def estimate(self) -> float:
        """``hits / total``."""
        return self.interval.estimate


def share_of(hits: int, total: int, *, needed: int, of: str) -> Share | NotYet:
    """The share, once ``needed`` are seen (at least one); ``of`` names them in the plural."""
    if total < max(needed, 1):
        return NotYet(total, max(needed, 1), of)
    return Share.of(hits, total)
