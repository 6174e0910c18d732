"""Which way to treat an unsure prediction costs least, and from which confidence it may stand.

Every way is paid for in what it asks and in the errors it leaves, and each is a straight line in
the chance p that the AI is right: so that there is one confidence at which letting the answer
stand becomes cheaper, and it can be written down.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from hitl.statistics.calibration import Recalibration
from hitl.vocabulary import RouteTo

Line = Callable[[float], float]


@dataclass(frozen=True, slots=True)
class Asking:
    """Prices in one currency; None is unpriced, and a way that needs it is left out."""

    review: float | None = None
    second_model: float | None = None
    ask_user: float | None = None


@dataclass(frozen=True, slots=True)
class Reliability:
    """What others than the AI are worth, as shares of cases; measured, or else assumed."""

    reviewer_errs: float = 0.03
    second_is_right: float = 0.90
    """Independently of the first."""
    user_answers: float = 0.50
    """Whoever does not leaves the case to people."""
    user_errs: float = 0.10


@dataclass(frozen=True, slots=True)
class LabelAdvice:
    """From a chance of being right of ``worth`` on the label should stand."""

    label: str
    error: float
    worth: float
    threshold: float | None
    """The model's own confidence that is worth so much; None where none is."""


@dataclass(frozen=True, slots=True)
class WayAdvice:
    """A way for whatever does not stand, at the thresholds that suit it best."""

    way: RouteTo
    labels: tuple[LabelAdvice, ...]
    cost: float
    """Expected of one prediction: what is asked, and the errors that are left."""
    asked: float
    """The share of predictions that somebody or something is asked about."""


@dataclass(frozen=True, slots=True)
class Advice:
    """Ways from the cheapest on, and the present thresholds at the first of them."""

    ways: tuple[WayAdvice, ...]
    now: WayAdvice | None
    """People, at the policy's thresholds; None without a price of reviews."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be decided about; ``confidences`` are all predictions, or none yet."""

    errors: Mapping[str, float]
    """By label: the cost of wrongly letting it stand."""
    asking: Asking
    reliability: Reliability = field(default_factory=Reliability)
    calibration: Recalibration = field(default_factory=Recalibration)
    confidences: Mapping[str, Sequence[float]] = field(default_factory=dict)
    thresholds: Mapping[str, float | None] = field(default_factory=dict)
    """The policy's."""


def advise(question: Question) -> Advice:
    """The cost of every way that has its prices; ``ValueError`` where no label has one."""
    if not question.errors:
        raise ValueError("found no cost of an error; at least one label must have one")
    every = [
        _way(question, way)
        for way in (RouteTo.REVIEW, RouteTo.SECOND_MODEL, RouteTo.ASK_USER, RouteTo.AUTO)
        if line_of(question, way, error=1.0) is not None
    ]
    is_reviewed = line_of(question, RouteTo.REVIEW, error=1.0) is not None
    return Advice(
        ways=tuple(sorted(every, key=lambda each: each.cost)),
        now=_at(question, RouteTo.REVIEW, question.thresholds) if is_reviewed else None,
    )


def line_of(question: Question, way: RouteTo, *, error: float) -> Line | None:
    """The expected cost of a way by the chance that the AI is right; None where it has no price.

    A review costs its price and leaves ``reviewer_errs`` errors. A user is asked for a price; the
    silent cost a review more. A second model is asked for a price; where it agrees the answer
    stands, and is wrong when both are; where not, people decide.
    """
    asking, others = question.asking, question.reliability
    if way is RouteTo.AUTO:
        return lambda p: (1 - p) * error
    if asking.review is None:
        return None
    review = asking.review + others.reviewer_errs * error
    if way is RouteTo.REVIEW:
        return lambda _: review
    if way is RouteTo.ASK_USER and asking.ask_user is not None:
        answered = others.user_answers
        user = asking.ask_user + answered * others.user_errs * error + (1 - answered) * review
        return lambda _: user
    if way is RouteTo.SECOND_MODEL and asking.second_model is not None:
        call, right = asking.second_model, others.second_is_right

        def second(p: float) -> float:
            both_wrong = (1 - p) * (1 - right)
            return call + both_wrong * error + (1 - p * right - both_wrong) * review

        return second
    return None


def stands_from(line: Line, *, error: float) -> float:
    """The chance of being right from which standing costs no more than a way that is a line.

    For reviews this is Chow's 1 - (review + reviewer_errs · error) / error, held within 0 … 1.
    """
    at_none, at_all = error - line(0.0), -line(1.0)
    if at_none <= 0:
        return 0.0
    return min(at_none / (at_none - at_all), 1.0)


def _way(question: Question, way: RouteTo) -> WayAdvice:
    if way is RouteTo.AUTO:
        return _at(question, way, dict.fromkeys(question.errors, 0.0))
    labels = [_label(question, way, label) for label in question.errors]
    found = _at(question, way, {each.label: each.threshold for each in labels})
    return WayAdvice(way, tuple(labels), found.cost, found.asked)


def _label(question: Question, way: RouteTo, label: str) -> LabelAdvice:
    error = question.errors[label]
    line = line_of(question, way, error=error)
    worth = 1.0 if line is None else stands_from(line, error=error)
    if worth <= 0:
        return LabelAdvice(label, error, 0.0, 0.0)
    threshold = None if worth >= 1 else question.calibration.confidence_for(worth)
    return LabelAdvice(label, error, worth, threshold)


def _at(question: Question, way: RouteTo, thresholds: Mapping[str, float | None]) -> WayAdvice:
    """What a way costs at these thresholds over all predictions, or over one of even chances."""
    cost, asked, count = 0.0, 0, 0
    for label, error in question.errors.items():
        line, threshold = line_of(question, way, error=error), thresholds.get(label)
        for sure in question.confidences.get(label, ()):
            p = question.calibration(sure)
            stands = threshold is not None and sure >= threshold
            cost += (1 - p) * error if stands or line is None else line(p)
            asked += not stands
            count += 1
    return WayAdvice(way, (), cost / count if count else 0.0, asked / count if count else 0.0)
