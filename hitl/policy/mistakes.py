"""What is wrong with a policy: at which key, on which line, and what would be right."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from hitl.errors import HitlError

_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_SHOWN_LENGTH = 60

KeyPath = tuple[str | int, ...]
"""Keys from the outermost table inwards; numbers count the places of a list from 0."""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something wrong at a key, wherever the policy was written."""

    key: KeyPath
    message: str
    found: Any = None
    """The wrong value; None when there is none to show."""

    def under(self, *outer: str) -> "Fault":
        """Put the same fault inside further tables."""
        return Fault((*outer, *self.key), self.message, self.found)


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing to put right in a file."""

    file: str
    line: int | None
    """Counted from 1; None when no line of the file can be named."""
    key: str
    """The key's path as TOML writes it; empty when the file as a whole is meant."""
    found: str | None
    """The value as the file has it, shortened; None when there is none to show."""
    message: str

    def __str__(self) -> str:
        """Write the place as compilers do, so that editors can jump to it."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        key = f" {self.key}:" if self.key else ""
        found = "" if self.found is None else f" found {self.found};"
        return f"{place}:{key}{found} {self.message}"


class PolicyError(HitlError):
    """A policy is refused as a whole; ``mistakes`` holds everything that is wrong with it."""

    def __init__(self, mistakes: tuple[Mistake, ...]) -> None:
        super().__init__("\n".join(map(str, mistakes)))
        self.mistakes = mistakes


def placed(fault: Fault, *, file: str, lines: Mapping[KeyPath, int]) -> Mistake:
    """Find the fault's line: that of its key, or of the nearest table around it."""
    around = [fault.key[:length] for length in range(len(fault.key), 0, -1)]
    return Mistake(
        file=file,
        line=next((lines[key] for key in around if key in lines), None),
        key=dotted(fault.key),
        found=None if fault.found is None else _shown(fault.found),
        message=fault.message,
    )


def dotted(key: KeyPath) -> str:
    """Write a key path as TOML does; places in a list are left out."""
    names = [name for name in key if isinstance(name, str)]
    return ".".join(name if _BARE_KEY.fullmatch(name) else _quoted(name) for name in names)


def _shown(value: Any) -> str:
    if isinstance(value, str):
        return _quoted(value if len(value) <= _SHOWN_LENGTH else value[:_SHOWN_LENGTH] + "…")
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Mapping | list):
        kind = "list" if isinstance(value, list) else "table"
        return f"a {kind} of {len(value)}"
    return str(value)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
