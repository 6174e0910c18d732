"""A case as it should be, with nothing of storage: what tests compare the stored ones with."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hitl.vocabulary import By, CaseState, CheckState, Verdict

ADJUDICATOR = "U0SUE"
AI_LABEL = "violation"
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

    def vote(self, verdict: Verdict, reviewer: str) -> bool:
        del verdict
        return self.decide(By.REVIEWER, reviewer)

    def adjudicate(self, verdict: Verdict) -> bool:
        """There is nothing to settle where one vote decides and no answer is blind."""
        del verdict
        return False

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


def _label(verdict: Verdict) -> str:
    return "violation" if verdict is Verdict.REJECT else "clean"


@dataclass(slots=True)
class Sampled(Model):
    """One in the sample that waits for people: whoever decides it answers its check."""

    check: CheckState = CheckState.OPEN
    label: str = AI_LABEL
    """What stands."""
    is_adjudicated: bool = False

    def vote(self, verdict: Verdict, reviewer: str) -> bool:
        if not self.decide(By.REVIEWER, reviewer):
            return False
        self.label = _label(verdict)
        self._answer(self.label)
        return True

    def _answer(self, label: str) -> None:
        self.check = CheckState.SETTLED if label == AI_LABEL else CheckState.DISPUTED
        self.events["check_disputed"] += self.check is CheckState.DISPUTED

    def adjudicate(self, verdict: Verdict) -> bool:
        if self.check is not CheckState.DISPUTED:
            return False
        self.check, self.is_adjudicated = CheckState.SETTLED, True
        self.events["check_adjudicated"] += 1
        if _label(verdict) != self.label:
            self.label, self.by = _label(verdict), (By.REVIEWER, ADJUDICATOR)
            self.told += 1
            self.outcomes += 1
            self.events["revised"] += 1
        return True

    def withdraw(self) -> bool:
        # Not super(): slots make another class of this one.
        if self.state is CaseState.OPEN:
            self.check = CheckState.WITHDRAWN
        return Model.withdraw(self)

    def undo(self, by: str) -> bool:
        if self.is_adjudicated or not Model.undo(self, by):
            return False
        self.check = CheckState.OPEN
        return True

    def expire(self) -> bool:
        if self.state is CaseState.OPEN and self.now() - self.submitted_at >= DUE:
            self.check = CheckState.WITHDRAWN
        return Model.expire(self)


@dataclass(slots=True)
class Stood(Sampled):
    """One in the sample that the AI decided: only its check waits."""

    state: CaseState = CaseState.DECIDED
    by: tuple[str, str | None] | None = (By.AI, None)
    outcomes: int = 1
    events: Counter[str] = field(default_factory=lambda: Counter(submitted=1, decided=1))
    answered: tuple[str, datetime] | None = None

    def vote(self, verdict: Verdict, reviewer: str) -> bool:
        if self.check is not CheckState.OPEN:
            return False
        self.events["checked"] += 1
        self.answered = reviewer, self.now()
        self._answer(_label(verdict))
        return True

    def withdraw(self) -> bool:
        return False

    def hand_over(self) -> bool:
        self.events["handed_over"] += self.check is CheckState.OPEN
        return self.check is CheckState.OPEN

    def undo(self, by: str) -> bool:
        if self.is_adjudicated or self.answered is None:
            return False
        reviewer, at = self.answered
        if reviewer != by or self.now() > at + UNDO_WITHIN:
            return False
        self.check, self.answered = CheckState.OPEN, None
        self.events["undone"] += 1
        return True

    def expire(self) -> bool:
        if self.check is CheckState.OPEN and self.now() - self.submitted_at >= DUE:
            self.check = CheckState.WITHDRAWN
            self.events["checked"] += 1
        return True
