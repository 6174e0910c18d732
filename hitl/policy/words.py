"""Changes of a policy as people say them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from hitl.percent import exact_percent
from hitl.policy.changes import Difference
from hitl.policy.wording import listed

_THRESHOLD = re.compile(r"labels\.(.+)\.auto_at")
_UNSET = "not set"


def in_words(difference: Difference) -> str:
    """``violation stands at 87 % → 90 %``; other keys by their name in the file."""
    if threshold := _THRESHOLD.fullmatch(difference.key):
        before, after = _percent(difference.before), _percent(difference.after)
        return f"{threshold[1]} stands at {before} → {after}"
    before, after = value_in_words(difference.before), value_in_words(difference.after)
    return f"{difference.key}: {before} → {after}"


def value_in_words(value: Any) -> str:
    """As short as it can be said: ``yes``, ``@legal and @sec``, ``9:00``."""
    if value is None:
        return _UNSET
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, Mapping):
        return listed(f"{key} = {value_in_words(inner)}" for key, inner in value.items()) or "none"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return listed(map(value_in_words, value)) or "none"
    return str(value)


def _percent(value: Any) -> str:
    return _UNSET if value is None else exact_percent(value)
