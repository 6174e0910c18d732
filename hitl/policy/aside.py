"""Which keys of a policy decide something, and what a use case's version is made from.

A key decides unless it is marked ``ASIDE``: what it says is then told, shown, counted or priced
around a decision, and changes no decision.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from pydantic import BaseModel
from pydantic.fields import FieldInfo


class _Aside:
    """The mark."""

    def __repr__(self) -> str:
        return "ASIDE"


ASIDE: Final = _Aside()
"""In a field's ``Annotated``: the key decides nothing."""


def deciding(table: BaseModel) -> dict[str, Any]:
    """What decides in a table of a policy, as plain JSON.

    A key at its default is left out, so that a release which adds one leaves every version as it
    was; what a default means may therefore never change. The order of labels counts, because
    people see it.
    """
    return {
        name: _plain(value)
        for name, field in type(table).model_fields.items()
        if not is_aside(field)
        and (value := getattr(table, name)) != field.get_default(call_default_factory=True)
    }


def is_aside(field: FieldInfo) -> bool:
    """Whether the key decides nothing."""
    return ASIDE in field.metadata


def digest_of(content: Any) -> str:
    """Twelve hexadecimal digits that change with the content."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()[:12]


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        return deciding(value)
    if isinstance(value, Mapping):
        return [[key, _plain(inner)] for key, inner in value.items()]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [_plain(inner) for inner in value]
    return value
