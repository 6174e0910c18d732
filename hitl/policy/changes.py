"""What differs between two policies of a use case, and which of it must be signed; pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from hitl.policy.aside import is_aside
from hitl.policy.mistakes import dotted
from hitl.policy.stored import spelled_out
from hitl.policy.use_case import UseCase

_GUARDED = frozenset({"approvers", "auto_at"})
"""Marked as deciding nothing, since a version need not tell of them; signed all the same."""
_UNTOLD = frozenset({"name", "auto_at"})
"""Which labels repeat, each for itself."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One key and what it says before and after; None where it says nothing."""

    key: str
    """As TOML writes it: ``labels.clean.auto_at``."""
    before: Any
    after: Any


def differences(before: UseCase, after: UseCase) -> tuple[Difference, ...]:
    """Every key that says something else, in the order of the policy."""
    old, new = _said(before), _said(after)
    found = [
        Difference(key, old.get(key), new.get(key))
        for key in dict.fromkeys((*old, *new))
        if old.get(key) != new.get(key)
    ]
    if not found and list(before.labels) != list(after.labels):
        found = [Difference("labels", list(before.labels), list(after.labels))]
    return tuple(found)


def is_same(before: UseCase | None, after: UseCase) -> bool:
    """Whether they say the same, labels in the same order."""
    return before == after and before.version == after.version


def needs_signing(before: UseCase, after: UseCase) -> bool:
    """Whether those whom ``before`` names as approvers must agree: it decides otherwise.

    Who must approve is guarded as well, or it could be taken away first.
    """
    if not before.approvers:
        return False
    return before.version != after.version or before.approvers != after.approvers


def combined(*, decides: UseCase, rest: UseCase) -> UseCase:
    """What must be signed as ``decides`` says it, everything else as ``rest`` does.

    Where the two do not go together, all of ``decides``.
    """
    channel_decides = "channel" in (*decides.reviewers, *rest.reviewers)
    guarded = {
        name
        for name, field in UseCase.model_fields.items()
        if not is_aside(field) or name in _GUARDED
    }
    if not channel_decides:
        guarded.discard("channel")
    values = {
        name: getattr(decides if name in guarded else rest, name) for name in UseCase.model_fields
    }
    try:
        return UseCase.model_validate(values)
    except ValidationError:
        return decides


def _said(use_case: UseCase) -> dict[str, Any]:
    said = {key: value for key, value in spelled_out(use_case).items() if key not in _UNTOLD}
    return dict(_leaves(said, ()))


def _leaves(value: Any, key: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    if isinstance(value, Mapping) and (value or not key):
        for name, inner in value.items():
            yield from _leaves(inner, (*key, name))
    else:
        yield dotted(key), value
