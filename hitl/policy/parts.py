"""The tables inside a use case that are told of themselves alone."""

from typing import Annotated

from pydantic import Field

from hitl.policy.fields import (
    ButtonWords,
    ClockTime,
    Currency,
    Day,
    LabelName,
    Money,
    Must,
    Threshold,
    Tie,
    Zone,
)
from hitl.policy.frozen import Frozen


class LabelRule(Frozen):
    """What holds for one label of a use case."""

    verdict: Tie | None = None
    """The button this label is tied to; None in labelling use cases."""
    auto_at: Threshold | None = None
    """The label stands at this confidence; a use case fills it from its own ``auto_at``."""
    button: ButtonWords | None = None
    """The words after "Approve · "; None shows the label."""


class Digest(Frozen):
    """When the weekly digest is posted."""

    day: Day = "mon"
    at: ClockTime = "09:00"
    zone: Zone = "UTC"


class Costs(Frozen):
    """What things cost, in ``currency``; what is None is unpriced, not free."""

    currency: Currency = "USD"
    ai: Money | None = None
    """Per prediction."""
    review: Money | None = None
    """Per review; or else ``reviewer_hour``, never both."""
    reviewer_hour: Money | None = None
    second_model: Money | None = None
    """Per call of a second model."""
    ask_user: Money | None = None
    """Per question that a user is asked: what their patience is worth."""
    error: Annotated[dict[LabelName, Money], Must("a table of amounts by label")] = Field(
        default_factory=dict
    )
    """By label: the cost of wrongly letting it stand."""
