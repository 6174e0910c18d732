"""What the modal of review mode remembers: shown to its own reader, and no authority for anything.

Slack gives it back with each click. Who may decide, what waits and what was done is looked up.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Self

from bot.slack import ids


@dataclass(frozen=True, slots=True)
class Sitting:
    """One person's run of reviews in one use case."""

    use_case: str
    since: float
    """When they began, in seconds since 1970."""
    case_id: int | None = None
    """The case that is shown."""

    @classmethod
    def begin(cls, use_case: str, *, now: datetime) -> Self:
        """A run that begins now."""
        return cls(use_case, since=now.timestamp())

    @classmethod
    def of(cls, view: Mapping[str, Any]) -> Self | None:
        """What the modal of review mode remembers, or a form on top of it; None for others."""
        metadata = view.get("private_metadata") or ""
        if view.get("callback_id") != ids.REVIEW:
            _, _, metadata = metadata.partition(ids.FROM)
        try:
            return cls(**json.loads(metadata))
        except (ValueError, TypeError):
            # Also one that another release wrote: what was pressed there is decided all the same.
            return None

    def packed(self) -> str:
        """For ``private_metadata``; ``of`` reads it back."""
        return json.dumps(asdict(self))

    def beneath(self, form: dict[str, Any]) -> dict[str, Any]:
        """The form, opened on top of the modal that this is remembered by."""
        return form | {
            "private_metadata": f"{form.get('private_metadata', '')}{ids.FROM}{self.packed()}"
        }
