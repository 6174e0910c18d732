"""The answers as data: rates carry counts, durations are seconds, money names its currency."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from hitl.audit import Checkpoint
from hitl.statistics.answers import Share
from hitl.vocabulary import Verdict


@dataclass(frozen=True, slots=True)
class Waiting:
    """Seconds from submission to decision, waiting included, of cases that people decided."""

    median: float
    p90: float
    count: int


@dataclass(frozen=True, slots=True)
class Cost:
    """Spending of the window; a part without a price is ``None``, never zero."""

    currency: str
    ai: float | None
    review: float | None
    per_decision: float | None
    """(AI + review) / predictions; known only when both parts are priced."""
    by_the_hour: bool = False
    """Reviews are paid by the hour, so that they cost something once one was timed."""


@dataclass(frozen=True, slots=True)
class Queue:
    """Cases of one use case that wait for people now."""

    use_case: str
    open: int
    oldest_at: datetime | None
    next_cases: tuple[tuple[int, str], ...] = ()
    """(case id, title) of the cases that wait longest, at most ten."""


@dataclass(frozen=True, slots=True)
class Stats:
    """What ``/hitl stats`` shows for one use case over ``since <= t < until``."""

    use_case: str
    since: datetime
    until: datetime
    predictions: int | None
    """All the model decided on; ``None`` while callers who route themselves send no tallies."""
    stood: int
    escalated: int
    escalation: Share | None
    verdicts: Mapping[Verdict, int]
    flagged: int
    agreement: Share | None
    """Human outcomes whose label is the AI's label, among those people decided."""
    waiting: Waiting | None
    queue: Queue
    cost: Cost | None


@dataclass(frozen=True, slots=True)
class Flags:
    """Flags set, cleared and turned in a window, and how many were watched at its end."""

    set: int
    cleared: int
    turned: int
    watched: int


@dataclass(frozen=True, slots=True)
class Digest:
    """One week of a use case beside the week before."""

    week: Stats
    before: Stats
    zone: str
    flags: Flags = Flags(0, 0, 0, 0)
    checkpoint: Checkpoint | None = None
    """Of the audit log: said in Slack, where nobody who can edit the log can edit it."""
