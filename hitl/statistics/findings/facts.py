"""What the rules look at: one use case over the window that is judged, as plain figures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from hitl.statistics.trend import Week

HASTY_SECONDS = 1.5
"""Nobody reads a case, decides and presses in less."""


@dataclass(frozen=True, slots=True)
class Count:
    """``hits`` of ``total``."""

    hits: int = 0
    total: int = 0

    @property
    def share(self) -> float:
        """0 of nothing."""
        return self.hits / self.total if self.total else 0.0


@dataclass(frozen=True, slots=True)
class Checked:
    """Of the shadow sample: how sure the AI was of each label, and whether it was right."""

    confidences: Sequence[float] = ()
    right: Sequence[bool] = ()


@dataclass(frozen=True, slots=True)
class Decision:
    """One escalated prediction that people decided, and whether they overturned the AI's label."""

    at: datetime
    overturned: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Of one use case; what is left out was not seen, and no rule speaks of it.

    "Before" is the comparable time before the window: for a new model version its predecessor's.
    """

    use_case: str
    zone: str = "UTC"
    weeks: Sequence[Week] = ()
    """Escalations of predictions by week, oldest first, since the use case began."""
    seconds: Sequence[float] = ()
    """Of each timed review."""
    double_reviews: Count = Count()
    """Disagreed, of cases that two people saw without seeing each other's votes."""
    overturned: Count = Count()
    """Decided for another label than the AI's, of escalated cases that people decided."""
    upheld: Count = Count()
    """Overturns that an adjudicator called right, of those that one saw."""
    model: str | None = None
    wrong: Count = Count()
    """Automatic decisions found wrong, of those that were checked blind."""
    wrong_before: Count = Count()
    decisions: Sequence[Decision] = ()
    """In the order they were made, since the end of the baseline."""
    overturned_before: Count = Count()
    """The baseline of ``decisions``."""
    checked: Checked = Checked()
    checked_before: Checked = Checked()
    known_missed: Count = Count()
    """Answered wrongly, of cases with a known answer."""
    hasty: Count = Count()
    """Took under 1.5 seconds, of timed reviews."""
    parts: Mapping[str, Count] = field(default_factory=dict)
    """Escalated of predicted, by label or any other part, named as in "label billing"."""
    skipped: Count = Count()
    """Skipped, of cases that people were served."""
    reviewers: int = 0
    """Who decided anything in the window."""
    reviewers_before: int = 0
    loads: Sequence[int] = ()
    """Decisions of each person on each day with any."""
    loads_before: Sequence[int] = ()
