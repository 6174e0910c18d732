"""Practice: five cases whose right answers are known, timed, with feedback.

No answer is stored, only which cases somebody saw, so that these measure them no more.

What the modal remembers is shown to its own reader and counts for nothing else: whoever forges it
deceives nobody but themselves.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Self

from bot.slack import ids

HOW_MANY = 5


@dataclass(frozen=True, slots=True)
class Practice:
    """One run: which cases, what was answered so far, and how fast."""

    use_case: str
    cases: tuple[int, ...]
    shown_at: float
    """When the case that is shown now appeared, in seconds since 1970."""
    answers: tuple[str, ...] = ()
    seconds: tuple[float, ...] = ()

    @property
    def position(self) -> int:
        """Which of the cases is shown, from 0; their number once all are answered."""
        return len(self.answers)

    @property
    def is_over(self) -> bool:
        """Whether every case is answered."""
        return self.position >= len(self.cases)

    def answered(self, label: str, *, at: float) -> Self:
        """The run with an answer to the case that is shown."""
        took = round(max(at - self.shown_at, 0.0), 2)
        return replace(
            self, answers=(*self.answers, label), seconds=(*self.seconds, took), shown_at=at
        )

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Self | None:
        """What the modal remembers; None for what is none, or of another release."""
        if view.get("callback_id") != ids.PRACTICE:
            return None
        try:
            kept = json.loads(view.get("private_metadata") or "")
            return cls(**{name: _frozen(value) for name, value in kept.items()})
        except (ValueError, TypeError, AttributeError):
            return None

    def packed(self) -> str:
        """For ``private_metadata``; ``of`` reads it back."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":"))


def _frozen(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
