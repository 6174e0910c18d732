"""Lengths of time as a policy writes them: "90s", "30m", "2h" and "3d"."""

import re
from datetime import timedelta
from typing import Any

PATTERN = r"^[1-9][0-9]{0,4}[smhd]$"
"""Short enough that every moment it leads to from today exists."""

_WRITTEN = re.compile(PATTERN)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_SHORT = {"s": "s", "m": "min", "h": "h", "d": "d"}


def length_of(written: str) -> timedelta:
    """The time that a valid length stands for."""
    return timedelta(**{_UNITS[written[-1]]: int(written[:-1])})


def maybe_length(value: Any) -> timedelta | None:
    """The same of any value; None for one that is no length."""
    is_length = isinstance(value, str) and _WRITTEN.fullmatch(value)
    return length_of(value) if is_length else None


def in_words(written: str) -> str:
    """``5 s``, ``10 min``, ``1 h``, ``3 d``: as a sentence has it."""
    return f"{int(written[:-1]):,} {_SHORT[written[-1]]}"
