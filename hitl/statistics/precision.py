"""Whether automatic decisions are right: known from the shadow sample alone, with an exact bound.

Escalated cases say nothing about it: they are the ones the AI was unsure of.
"""

from dataclasses import dataclass

from hitl.percent import percent
from hitl.statistics.answers import NotYet
from hitl.statistics.intervals import checks_needed, highest_share


@dataclass(frozen=True, slots=True)
class Precision:
    """At least ``at_least`` of the automatic decisions are right, with ``confidence``."""

    errors: int
    checks: int
    """Blind checks of predictions that stood, drawn at random."""
    confidence: float
    at_least: float

    @property
    def estimate(self) -> float:
        """The share found right."""
        return 1 - self.errors / self.checks

    def __str__(self) -> str:
        found = f"{self.errors:,} error{'' if self.errors == 1 else 's'}"
        return (
            f"at least {percent(self.at_least, decimals=1)} right"
            f" ({percent(self.confidence)} sure, {found} in {self.checks:,} random checks)"
        )


def precision(
    errors: int, checks: int, *, max_error: float = 0.02, confidence: float = 0.95
) -> Precision | NotYet:
    """Bound it from below by Clopper and Pearson's limit.

    ``NotYet`` while the checks would not show an error of at most ``max_error`` even if none had
    found one. Compare within one model and policy version only.
    """
    needed = checks_needed(max_error, confidence=confidence)
    if checks < needed:
        return NotYet(checks, needed, "checks")
    return Precision(errors, checks, confidence, 1 - highest_share(errors, checks, confidence))
