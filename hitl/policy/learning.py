"""What a use case does with what its people decided: when its model learns from it again."""

from typing import Annotated

from pydantic import Field

from hitl.policy.fields import ClockTime, Day, Length, Must, Period, Webhook, Zone
from hitl.policy.frozen import Frozen


class Retrain(Frozen):
    """When retraining is asked for, and of whom: a command of this machine, or a webhook."""

    every: Period | None = None
    """"week" or "month"; or else ``after_labels``."""
    day: Day = "sun"
    """Of the week; a month begins with its first day."""
    at: ClockTime = "03:00"
    zone: Zone = "UTC"
    after_labels: Annotated[
        int | None,
        Field(ge=1, le=1_000_000),
        Must("a whole number of new labels, from 1 to 1,000,000"),
    ] = None
    command: Annotated[
        tuple[Annotated[str, Field(min_length=1), Must("a word of a command")], ...] | None,
        Field(strict=False, min_length=1, max_length=100),
        Must('a list of a program and its arguments, as in ["python", "train.py"]'),
    ] = None
    """Run as it is, without a shell."""
    webhook: Webhook | None = None
    within: Length = "1h"
    """A command that takes longer is stopped."""
