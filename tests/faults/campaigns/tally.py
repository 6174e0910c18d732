"""What a campaign of faults came to: one line of the table."""

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.faults.ledger import Findings, Ledger

Progress = Callable[[int], None]
"""Told how many more tries are done."""


def silent(_more: int) -> None:
    """Progress that nobody watches."""


@dataclass(slots=True)
class Tally:
    """One fault, tried so often."""

    fault: str
    tries: int = 0
    acknowledged: int = 0
    findings: Findings = field(default_factory=Findings)

    def add(self, ledger: Ledger, findings: Findings) -> None:
        """Count what a ledger heard in all, and what its check found."""
        self.acknowledged += ledger.acknowledged
        self.findings.add(findings)
