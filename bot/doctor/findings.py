"""What the doctor says of one thing: well, worth knowing, or wrong with what to do about it."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a thing is."""

    WELL = "well"
    NOTE = "note"
    """Works, and may not be what is meant."""
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the thing, how it is, and what to know or to do."""

    state: State
    about: str
    said: str


def well(about: str, said: str) -> Finding:
    """It works."""
    return Finding(State.WELL, about, said)


def note(about: str, said: str) -> Finding:
    """It works; ``said`` is worth knowing."""
    return Finding(State.NOTE, about, said)


def wrong(about: str, said: str) -> Finding:
    """It will not work until ``said`` is done."""
    return Finding(State.WRONG, about, said)
