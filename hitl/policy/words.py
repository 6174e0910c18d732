"""Changes of a policy as people say them."""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from hitl.percent import exact_percent
from hitl.policy.changes import Difference
from hitl.policy.wording import listed

_THRESHOLD = re.compile(r"labels\.(.+)\.auto_at")
_ADDRESS = re.compile(r"https?://")
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
    return _server(value) if _ADDRESS.match(str(value)) else str(value)


def _server(address: str) -> str:
    """The rest of an address may hold a secret, and these words are read by many."""
    parts = urlsplit(address)
    rest = parts.path.strip("/") or parts.query
    return f"{parts.netloc}/…" if rest else parts.netloc


def _percent(value: Any) -> str:
    return _UNSET if value is None else exact_percent(value)
