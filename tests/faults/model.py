"""A case as it should be, with nothing of storage: what tests compare the stored ones with."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hitl.vocabulary import By, CaseState

DUE, UNDO_WITHIN = timedelta(minutes=10), timedelta(minutes=2)


@dataclass(slots=True)
class Model:
    """One case as it should be; each act says whether it is allowed, and then has its effect."""

    submitted_at: datetime
    now: Callable[[], datetime]
    state: CaseState = CaseState.OPEN
    by: tuple[str, str | None] | None = None
    """Who decided, and which person it was."""
    decided_at: datetime | None = None
    notes: int = 0
    outcomes: int = 0
    told: int = 0
    events: Counter[str] = field(default_factory=lambda: Counter(submitted=1))

    def close(self, state: CaseState, event: str) -> bool:
        if self.state is not CaseState.OPEN:
            return False
        self.state = state
        self.told += 1
        self.events[event] += 1
        return True

    def decide(self, by: By, reviewer: str | None) -> bool:
        if not self.close(CaseState.DECIDED, "decided"):
            return False
        self.by, self.decided_at = (by, reviewer), self.now()
        self.outcomes += 1
        return True

    def withdraw(self) -> bool:
        return self.close(CaseState.WITHDRAWN, "withdrawn") or self.state is CaseState.WITHDRAWN

    def note(self) -> bool:
        self.notes += 1
        self.events["note_added"] += 1
        return True

    def hand_over(self) -> bool:
        self.events["handed_over"] += self.state is CaseState.OPEN
        return self.state is CaseState.OPEN

    def undo(self, by: str) -> bool:
        is_own = self.by == (By.REVIEWER, by)
        if self.decided_at is None or not is_own or self.now() > self.decided_at + UNDO_WITHIN:
            return False
        self.state, self.by, self.decided_at = CaseState.OPEN, None, None
        self.told += 1
        self.events["undone"] += 1
        return True

    def expire(self) -> bool:
        if self.now() - self.submitted_at >= DUE:
            self.decide(By.DEADLINE, None)
        return True
