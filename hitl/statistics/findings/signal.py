"""What a rule sees and how surprising that is; a finding is a signal that stands among many."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from hitl.statistics.findings.facts import Facts


@dataclass(frozen=True, slots=True)
class Signal:
    """``p`` is the chance of evidence so strong while all is well."""

    p: float
    alarms: bool
    """Whether it is bad enough to speak of, however sure one is of it."""
    evidence: str
    """One sentence with its numbers."""


@dataclass(frozen=True, slots=True)
class Rule:
    """``look`` answers None where too little was seen."""

    name: str
    look: Callable[[Facts], Signal | None]
    cause: str
    """The likely one."""
    fix: str
    next_step: str
    """One thing to do this week."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What is wrong, how one knows, why it may be so, and what to do."""

    rule: str
    use_case: str
    evidence: str
    cause: str
    fix: str
    next_step: str
    p: float


def findings_of(use_case: str, found: Iterable[Finding]) -> list[Finding]:
    """Those about one use case, of all that were judged together."""
    return [each for each in found if each.use_case == use_case]
