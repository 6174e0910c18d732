"""The audit chain of a case: what its hashes cover, and where a chain is broken; pure.

Each event holds the hash of the one before it, so that none can be changed, moved, put between
or left out without all that follow telling. What a person wrote is covered by a salted digest
alone: words and salt can be erased, and the chain still holds.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Link:
    """One event of a case as its hash covers it; ``position`` counts from 1."""

    case_id: int
    position: int
    type: str
    actor: str
    at: int
    """Microseconds since 1970."""
    data: Mapping[str, Any]
    words: str | None
    """The digest of what a person wrote with it; None where nobody wrote anything."""
    previous: str | None
    """The hash of the event before; None for the first."""

    def hash(self) -> str:
        """SHA-256 in hexadecimal, over canonical JSON."""
        covered = (
            self.case_id,
            self.position,
            self.type,
            self.actor,
            self.at,
            self.data,
            self.words,
            self.previous,
        )
        return hashlib.sha256(_canonical(covered)).hexdigest()


@dataclass(frozen=True, slots=True)
class Break:
    """Where the record is not what was written, and what is wrong there."""

    case_id: int | None
    """None for what concerns no single case."""
    position: int | None
    what: str

    def __str__(self) -> str:
        """``case 41, event 3: was changed``."""
        place = "the log" if self.case_id is None else f"case {self.case_id}"
        return (
            f"{place if self.position is None else f'{place}, event {self.position}'}: {self.what}"
        )


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """One hash over every chain as it was at a moment."""

    at: datetime
    through: int
    """The id of the last event it covers."""
    cases: int
    hash: str

    @property
    def shown(self) -> str:
        """Its first 16 digits: what people are shown and give back."""
        return self.hash[:16]


def words_digest(words: Any, *, salt: str) -> str:
    """SHA-256 of words, in any form of JSON, behind a salt that must be erased with them."""
    return hashlib.sha256(salt.encode() + _canonical(words)).hexdigest()


def checkpoint_hash(previous: str | None, tips: Iterable[tuple[int, int, str]]) -> str:
    """Over the checkpoint before and (case, events, hash of the last) of each chain that grew."""
    digest = hashlib.sha256((previous or "").encode())
    for tip in tips:
        digest.update(_canonical(tip))
    return digest.hexdigest()


def chain_break(case_id: int, links: Sequence[tuple[Link, str]], *, expected: int) -> Break | None:
    """The first event that is not as it was written; ``links`` come with their stored hashes."""
    previous: str | None = None
    for position, (link, stored) in enumerate(links, start=1):
        if link.position != position:
            return Break(case_id, position, "is missing")
        if link.previous != previous:
            return Break(case_id, position, "does not follow the event before it")
        if link.hash() != stored:
            return Break(case_id, position, "was changed")
        previous = stored
    if len(links) < expected:
        return Break(case_id, len(links) + 1, f"is missing: the case had {expected} events")
    if len(links) > expected:
        return Break(case_id, expected + 1, f"was added: the case had {expected} events")
    return None


# Made once: ``json.dumps`` makes one for each call that asks for anything unusual.
_encoder = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


def _canonical(value: Any) -> bytes:
    return _encoder.encode(value).encode()
