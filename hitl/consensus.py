"""What the votes on a case come to; pure.

Agreement is by label, never by verdict: whoever approves and whoever flags the same label agree.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hitl.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Vote:
    """What one person said."""

    reviewer: str
    verdict: Verdict
    label: str


@dataclass(frozen=True, slots=True)
class Settled:
    """Enough people agree; it is flagged where any of them flagged it."""

    verdict: Verdict
    label: str


@dataclass(frozen=True, slots=True)
class NeedsAnother:
    """All agree so far, but ``more`` people must look."""

    more: int


@dataclass(frozen=True, slots=True)
class Disputed:
    """Two labels were chosen: no further vote can settle it."""


def consensus(votes: Sequence[Vote], *, needed: int) -> Settled | NeedsAnother | Disputed:
    """Judge the votes that stand, of different people, in any order."""
    labels = {vote.label for vote in votes}
    if len(labels) > 1:
        return Disputed()
    if len(votes) < needed:
        return NeedsAnother(needed - len(votes))
    verdicts = {vote.verdict for vote in votes}
    verdict = Verdict.FLAG if Verdict.FLAG in verdicts else votes[0].verdict
    return Settled(verdict, votes[0].label)
