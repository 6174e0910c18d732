"""Past predictions routed once more, by the policy that ruled and by one that might; pure.

What people found out about a prediction is only known where somebody looked: of what would newly
stand, nearly always; of what would stand no longer, where it was checked or turned out later.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from hitl.policy.use_case import UseCase
from hitl.routing import Prediction, Route, RoutingError, route
from hitl.strategies import STANDING

_NO_DRAW = 0.0
"""A draw decides who is checked, and never what stands."""


@dataclass(frozen=True, slots=True)
class Past:
    """A prediction that was made, and the label that people or time gave it."""

    prediction: Prediction
    truth: str | None = None
    """None where nobody looked."""


@dataclass(slots=True)
class Moved:
    """Predictions of one label that stand by one policy and not by the other."""

    count: int = 0
    known: int = 0
    """Of these the truth is known."""
    wrong: int = 0
    """Of the known ones, those with another truth."""

    @property
    def expected_wrong(self) -> float | None:
        """Of all of them, if the others are like the known ones; None where none is known."""
        return self.count * self.wrong / self.known if self.known else None


@dataclass(slots=True)
class Rerouted:
    """What two policies do with the same predictions."""

    predictions: int = 0
    escalated_before: int = 0
    escalated_after: int = 0
    misfits: int = 0
    """Predictions that one of the policies can't route, which count nowhere else."""
    newly_stand: dict[str, Moved] = field(default_factory=lambda: defaultdict(Moved))
    """By the AI's label."""
    no_longer_stand: dict[str, Moved] = field(default_factory=lambda: defaultdict(Moved))


def reroute(past: Iterable[Past], *, before: UseCase, after: UseCase) -> Rerouted:
    """Route each by both."""
    found = Rerouted()
    for each in past:
        routes = _routed(each.prediction, before, after)
        if routes is None:
            found.misfits += 1
        else:
            _count(found, each, *routes)
    return found


def total(moved: Mapping[str, Moved]) -> Moved:
    """All labels together."""
    return Moved(
        sum(each.count for each in moved.values()),
        sum(each.known for each in moved.values()),
        sum(each.wrong for each in moved.values()),
    )


def error_cost(moved: Mapping[str, Moved], costs: Mapping[str, float]) -> float | None:
    """What the errors among them cost; None where a label's price or its errors are not known."""
    cost = 0.0
    for label, each in moved.items():
        wrong, price = each.expected_wrong, costs.get(label)
        if wrong is None or price is None:
            return None
        cost += wrong * price
    return cost


def _routed(prediction: Prediction, before: UseCase, after: UseCase) -> tuple[Route, Route] | None:
    try:
        return (
            route(prediction, use_case=before, draw=_NO_DRAW),
            route(prediction, use_case=after, draw=_NO_DRAW),
        )
    except RoutingError:  # a label that one of them does not have
        return None


def _count(found: Rerouted, past: Past, old: Route, new: Route) -> None:
    stood, stands = old.to in STANDING, new.to in STANDING
    found.predictions += 1
    found.escalated_before += not stood
    found.escalated_after += not stands
    if stood == stands:
        return
    moved = (found.newly_stand if stands else found.no_longer_stand)[new.label]
    moved.count += 1
    if past.truth is not None:
        moved.known += 1
        moved.wrong += past.truth != new.label
