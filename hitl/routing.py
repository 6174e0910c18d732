"""What the policy does with a prediction: pure, a few microseconds, at home in any process."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

from hitl.errors import HitlError
from hitl.percent import exact_percent, percent
from hitl.policy.use_case import UseCase
from hitl.vocabulary import RouteTo


class RoutingError(HitlError):
    """A prediction or draw that no policy can route; ``field`` names what is wrong with it."""

    def __init__(self, field: str, message: str) -> None:
        super().__init__(f"{field}: {message}")
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class Prediction:
    """Scores by label, each from 0 to 1; they need not sum to 1, nor name every label."""

    scores: Mapping[str, float]
    model: str | None = None
    label: str | None = None
    """Set by ``unscored`` alone: a label that came with no confidence."""

    @classmethod
    def unscored(cls, label: str, *, model: str | None = None) -> Self:
        """Make a prediction of a label alone, which always goes to people."""
        return cls(scores={}, model=model, label=label)


@dataclass(frozen=True, slots=True)
class Route:
    """Where a prediction goes and why, in words."""

    to: RouteTo
    reason: str
    label: str
    """The AI's label; of several that tie, the first as the prediction gave them."""
    confidence: float | None
    """None when no confidence was given."""
    shadow: bool
    """Whether a person checks the prediction blind, whatever its route."""


def route(
    prediction: Prediction, *, use_case: UseCase, draw: float, ask_people: bool = False
) -> Route:
    """Decide by the use case's rules; ``draw`` is uniform in [0, 1) and is to be stored."""
    if not 0 <= draw < 1:
        raise RoutingError("draw", f"found {draw}; must be at least 0 and under 1")
    label, confidence = _top(prediction, use_case=use_case)
    to, reason = RouteTo.REVIEW, ""
    threshold = use_case.labels[label].auto_at
    if ask_people:
        reason = "the caller asked for a person"
    elif use_case.always_review or threshold is None:
        reason = "this use case sends everything to people"
    elif confidence is None:
        reason = "no confidence was given"
    elif (
        len(tied := [other for other, score in prediction.scores.items() if score == confidence])
        > 1
    ):
        reason = f"{_listed(tied)} tie at {percent(confidence)}"
    else:
        to, reason = _compare(label, confidence=confidence, threshold=threshold)
    shadow = draw < use_case.audit_rate
    return Route(to=to, reason=reason, label=label, confidence=confidence, shadow=shadow)


def _compare(label: str, *, confidence: float, threshold: float) -> tuple[RouteTo, str]:
    score = percent(confidence, apart_from=threshold)
    limit = exact_percent(threshold)
    if confidence >= threshold:
        return RouteTo.AUTO, f"{label} {score} is at or above its {limit} threshold"
    return RouteTo.REVIEW, f"{label} {score} is under its {limit} threshold"


def _top(prediction: Prediction, *, use_case: UseCase) -> tuple[str, float | None]:
    labels, scores = use_case.labels, prediction.scores
    if prediction.label is not None:
        if prediction.label not in labels:
            raise RoutingError("label", "unknown")
        return prediction.label, None
    if not scores:
        raise RoutingError("scores", "empty")
    for label, score in scores.items():
        if label not in labels:
            raise RoutingError(f"scores.{label}", "unknown")
        if not 0 <= score <= 1:
            raise RoutingError(f"scores.{label}", f"found {score}; must be from 0 to 1")
    label = max(scores, key=scores.__getitem__)
    return label, scores[label]


def _listed(labels: list[str]) -> str:
    return f"{', '.join(labels[:-1])} and {labels[-1]}"
