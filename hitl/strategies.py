"""Who is asked after whom where the AI is not sure, and what second models come to; pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from hitl.percent import exact_percent, percent
from hitl.policy import Strategy, UseCase
from hitl.policy.lengths import length_of
from hitl.policy.strategy import LONGEST_REQUEST, USUAL_TIME
from hitl.policy.wording import listed
from hitl.vocabulary import RouteTo

STANDING = frozenset({RouteTo.AUTO, RouteTo.PASSIVE})
"""Routes on which the AI's answer stands at once."""
ASKING = frozenset({RouteTo.SECOND_MODEL, RouteTo.ASK_USER})
"""Routes on which somebody is asked for a while before anyone in Slack."""


@dataclass(frozen=True, slots=True)
class Opinion:
    """What one model said, or why it said nothing; exactly one of label and failure is set."""

    model: str
    label: str | None = None
    confidence: float | None = None
    failure: str | None = None
    """In words that follow the model's name, as in "did not answer within 5 s"."""
    reason: str | None = None
    """The model's own words about the item."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the opinions come to: the label that stands, or None where others must decide."""

    label: str | None
    why: str


def first_step(chain: Sequence[Strategy], *, confidence: float | None) -> int:
    """The place of the first step that is for such a prediction; every chain has one.

    A policy's last step always is, so that a chain comes to its end whatever happens.
    """
    return next(place for place, step in enumerate(chain) if _is_for(step, confidence))


def time_of(step: Strategy) -> timedelta:
    """How long a step that asks may take."""
    return length_of(step.within or USUAL_TIME[step.to])


def request_time(step: Strategy, endpoint: int) -> timedelta:
    """How long one request to a second model may take."""
    written = step.endpoints[endpoint].within
    return length_of(written) if written else min(time_of(step), LONGEST_REQUEST)


def judge(
    opinions: Sequence[Opinion], *, step: Strategy, use_case: UseCase, ai_label: str
) -> Judgement:
    """Weigh the opinions of a step, in the order of its endpoints.

    They stand where all of them agree, each is over its threshold, and, unless the step says
    otherwise, the AI's label is the same.
    """
    failed = [f"{opinion.model} {opinion.failure}" for opinion in opinions if opinion.failure]
    if failed:
        return Judgement(None, listed(failed))
    labels = list(dict.fromkeys(opinion.label for opinion in opinions if opinion.label))
    said = listed(
        f"{opinion.model} says {opinion.label} at {percent(opinion.confidence or 0)}"
        for opinion in opinions
    )
    if len(labels) != 1:
        return Judgement(None, "they disagree")
    for place, opinion in enumerate(opinions):
        if shortfall := _shortfall(opinion, place, step=step, use_case=use_case):
            return Judgement(None, shortfall)
    if labels[0] != ai_label and not step.may_contradict:
        return Judgement(None, f"{said}, and the AI says {ai_label}")
    agree = "agrees" if labels[0] == ai_label else "is sure"
    return Judgement(labels[0], said if len(opinions) > 1 else f"{said} and {agree}")


def _is_for(step: Strategy, confidence: float | None) -> bool:
    return step.at_least is None or (confidence is not None and confidence >= step.at_least)


def _shortfall(opinion: Opinion, place: int, *, step: Strategy, use_case: UseCase) -> str | None:
    """What keeps an opinion from being sure enough; None where nothing does."""
    label, confidence = opinion.label or "", opinion.confidence or 0.0
    rule = use_case.labels.get(label)
    if rule is None:
        return f"{opinion.model} says {label}, which has left the policy"
    threshold = step.endpoints[place].auto_at or step.auto_at or rule.auto_at
    if threshold is None:
        return f"{opinion.model} says {label}, which never stands by itself"
    if confidence >= threshold:
        return None
    score = percent(confidence, apart_from=threshold)
    limit = exact_percent(threshold)
    return f"{opinion.model} says {label}, but {score} is under its {limit} threshold"
