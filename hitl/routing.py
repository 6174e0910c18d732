"""What the policy does with a prediction: pure, a few microseconds, at home in any process."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Self

from hitl.errors import HitlError
from hitl.percent import exact_percent, percent
from hitl.policy.use_case import UseCase
from hitl.policy.wording import listed, quoted, unknown
from hitl.strategies import first_step
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
    calibrated: float | None = None
    """What the confidence is worth, and was compared; None where it was taken at its word."""


def route(
    prediction: Prediction,
    *,
    use_case: UseCase,
    draw: float,
    ask_people: bool = False,
    worth: Callable[[float], float] | None = None,
) -> Route:
    """Decide by the use case's rules; ``draw`` is uniform in [0, 1) and is to be stored.

    ``worth`` makes of a confidence how often it is right; it must be the greater for the greater.
    """
    if not 0 <= draw < 1:
        raise RoutingError("draw", f"found {draw}; must be at least 0 and under 1")
    label, confidence = _top(prediction, known=use_case.labels)
    threshold = use_case.labels[label].auto_at
    calibrated = None if worth is None or confidence is None else worth(confidence)
    to = RouteTo.REVIEW
    if ask_people:
        reason = "the caller asked for a person"
    elif use_case.always_review or threshold is None:
        reason = "this use case sends everything to people"
    elif confidence is None:
        reason = "no confidence was given"
    elif len(tied := _at(confidence, scores=prediction.scores)) > 1:
        to, reason = _asked(use_case, confidence), f"{listed(tied)} tie at {percent(confidence)}"
    else:
        sure = confidence if calibrated is None else calibrated
        stands, reason = _compared(label, confidence=sure, threshold=threshold)
        reason = reason if calibrated is None else f"{reason}, calibrated"
        to = RouteTo.AUTO if stands else _asked(use_case, sure)
    shadow = draw < use_case.audit_rate
    return Route(
        to=to,
        reason=reason,
        label=label,
        confidence=confidence,
        shadow=shadow,
        calibrated=calibrated,
    )


def margin(prediction: Prediction) -> float:
    """How far the top score is above the second; 0 where a label came with no score at all.

    A single score leaves at most the rest of 1 to any other label.
    """
    if not prediction.scores:
        return 0.0
    first, *others = sorted(prediction.scores.values(), reverse=True)
    second = others[0] if others else 1 - first
    return max(0.0, first - second)


def _asked(use_case: UseCase, confidence: float) -> RouteTo:
    """Who is asked first about what does not stand."""
    return use_case.escalate[first_step(use_case.escalate, confidence=confidence)].to


def _compared(label: str, *, confidence: float, threshold: float) -> tuple[bool, str]:
    score = percent(confidence, apart_from=threshold)
    limit = exact_percent(threshold)
    # A label that ends in a digit would read as one number with its score.
    name = f'"{label}"' if label[-1].isdigit() else label
    if confidence >= threshold:
        return True, f"{name} {score} is at or above its {limit} threshold"
    return False, f"{name} {score} is under its {limit} threshold"


def _at(confidence: float, *, scores: Mapping[str, float]) -> list[str]:
    return [label for label, score in scores.items() if score == confidence]


def _top(prediction: Prediction, *, known: Collection[str]) -> tuple[str, float | None]:
    """Find the AI's label and its score, once all of the prediction has proved sound."""
    scores = prediction.scores
    if prediction.label is not None:
        if scores:
            raise RoutingError("label", "was given beside scores; give one or the other")
        if prediction.label not in known:
            raise RoutingError("label", unknown("label", prediction.label, known=known))
        return prediction.label, None
    if not scores:
        raise RoutingError("scores", f"found none; give at least one of {quoted(known, last='or')}")
    top, highest = "", -1.0
    for label, score in scores.items():
        if label not in known:
            raise RoutingError(f"scores.{label}", unknown("label", label, known=known))
        if not 0 <= score <= 1:  # also what a score that is not a number fails
            raise RoutingError(f"scores.{label}", f"found {score}; must be from 0 to 1")
        if score > highest:
            top, highest = label, score
    return top, highest
