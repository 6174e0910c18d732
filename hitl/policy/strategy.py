"""Who is asked where the AI is not sure, one after the other: the steps of a chain."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import Field, ValidatorFunctionWrapHandler, WrapValidator

from hitl.policy.aside import ASIDE
from hitl.policy.fields import (
    ButtonWords,
    LabelName,
    Length,
    Must,
    Question,
    Switch,
    Threshold,
    Webhook,
)
from hitl.policy.frozen import Frozen
from hitl.vocabulary import RouteTo


class FeedbackFrom(StrEnum):
    """Who is asked whether an answer that stood was right; the API may say so in any case."""

    USER = "user"
    """Whom the case is about, where the case says who that is in Slack."""
    CHANNEL = "channel"
    API = "api"
    """Nobody is asked."""


class Endpoint(Frozen):
    """One model that is asked over HTTP."""

    url: Webhook
    model: Annotated[LabelName | None, ASIDE] = None
    """What people read; None shows what the model calls itself, or its server's name."""
    within: Length | None = None
    """For one request; None gives it all the time of its step."""
    auto_at: Threshold | None = None
    """Its own threshold; None leaves that to the step, and then to the labels."""


def _by_form(value: Any, check: ValidatorFunctionWrapHandler) -> Any:
    """An address alone is short for a table of it; a table is told its own mistakes."""
    if isinstance(value, str):
        return check({"url": value})
    if isinstance(value, Mapping):
        return Endpoint.model_validate(value)
    return check(value)


class Strategy(Frozen):
    """One step of a chain; which keys go with which ``to`` is told by ``KEYS_OF``."""

    to: Annotated[
        Literal[RouteTo.REVIEW, RouteTo.SECOND_MODEL, RouteTo.ASK_USER, RouteTo.PASSIVE],
        Must(
            '"review", "second_model", "ask_user" or "passive"',
            choices=(RouteTo.REVIEW, RouteTo.SECOND_MODEL, RouteTo.ASK_USER, RouteTo.PASSIVE),
        ),
    ]
    at_least: Threshold | None = None
    """The step is for predictions with this confidence or more, and passed over for others."""
    within: Length | None = None
    """How long the step may take before the next one's turn."""
    endpoints: Annotated[
        tuple[
            Annotated[
                Endpoint,
                WrapValidator(_by_form),
                Must("an address, or a table of url, model, within and auto_at"),
            ],
            ...,
        ],
        Field(strict=False, max_length=5),
        Must('a list of 1 to 5 addresses or tables, as in ["https://models.example.com/spam"]'),
    ] = ()
    auto_at: Threshold | None = None
    """For second models; None leaves it to the label's own threshold."""
    may_contradict: Switch = False
    """Whether second models that agree with each other stand against the AI's label."""
    question: Question | None = None
    """What the user reads; None asks the use case's own question."""
    answers: Annotated[
        dict[LabelName, ButtonWords],
        Must(
            'a table of words by label, as in { clean = "I was joking", violation = "I meant it" }'
        ),
    ] = Field(default_factory=dict)
    """What the user's buttons say; a label that is not here shows the words of its own button."""
    feedback: Annotated[
        Literal[FeedbackFrom.USER, FeedbackFrom.CHANNEL, FeedbackFrom.API],
        Must('"user", "channel" or "api"'),
    ] = FeedbackFrom.USER
    revise: Switch = False
    """Whether feedback that names another label puts that in place of the AI's."""


KEYS_OF: Mapping[RouteTo, frozenset[str]] = {
    RouteTo.REVIEW: frozenset(),
    RouteTo.SECOND_MODEL: frozenset({"within", "endpoints", "auto_at", "may_contradict"}),
    RouteTo.ASK_USER: frozenset({"within", "question", "answers"}),
    RouteTo.PASSIVE: frozenset({"question", "feedback", "revise"}),
}
"""Beside ``to`` and ``at_least``, which any step may have."""

ENDS = frozenset({RouteTo.REVIEW, RouteTo.PASSIVE})
"""Where nothing comes after: people have no time limit but the deadline's, an answer stands."""

USUAL_TIME: Mapping[RouteTo, str] = {RouteTo.SECOND_MODEL: "10s", RouteTo.ASK_USER: "1h"}
"""What ``within`` is where a step does not say."""

LONGEST_REQUEST = timedelta(seconds=60)
"""To a second model; a model that takes longer is no quick opinion."""


TO_PEOPLE = (Strategy(to=RouteTo.REVIEW),)
"""The chain of a use case that names none."""
