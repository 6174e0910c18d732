"""Which cases people see without what the AI said of them, and how many must look; pure."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Self

from hitl.policy.use_case import UseCase
from hitl.routing import Route
from hitl.vocabulary import RouteTo


@dataclass(frozen=True, slots=True)
class Chances:
    """Draws beside the one for the sample, each uniform in [0, 1); at 1 nothing is ever drawn."""

    double: float = 1.0
    """Under the policy's share, two people must look."""
    place: float = 1.0
    """Where a blind check stands among what waits."""
    known: float = 1.0
    """Under the policy's rate, a case whose answer is known is to follow."""
    known_after: float = 1.0
    """After which part of the longest wait."""
    which: float = 0.0
    """Which one of those that were served least."""

    @classmethod
    def drawn(cls, draw: Callable[[], float]) -> Self:
        """Fresh ones; each call of ``draw`` is a uniform number in [0, 1)."""
        return cls(*(draw() for _ in fields(cls)))


NEVER_DRAWN = Chances()


@dataclass(frozen=True, slots=True)
class Look:
    """How people will look at a case."""

    reviews_needed: int
    is_blind: bool
    is_checked: bool
    """A person answers it blind, so that the AI's accuracy is known."""
    is_apart: bool
    """That answer decides nothing by itself, for the prediction does not go to reviewers."""


def look_at(route: Route, *, use_case: UseCase, chances: Chances, is_prediction: bool) -> Look:
    """Decide it as the case comes in, so that no later policy changes what was measured."""
    is_reviewed = route.to is RouteTo.REVIEW
    is_double = is_reviewed and chances.double < use_case.double_review
    needed = max(use_case.reviews_needed, 2 if is_double else 1)
    is_checked = route.shadow and is_prediction
    return Look(
        reviews_needed=needed,
        is_blind=is_checked or (is_reviewed and needed > 1),
        is_checked=is_checked,
        is_apart=is_checked and not is_reviewed,
    )
