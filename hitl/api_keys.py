"""Stored API keys: what they look like, what they may do, and what is kept of them.

A key is ``hitl_<id>_<secret>``: a prefix that secret scanners can look for, an id to speak of it
by, and 192 random bits. Only a digest is kept; so much chance needs no slow hash.
"""

import hashlib
import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hitl.errors import HitlError
from hitl.policy.wording import unknown

_KEY = re.compile(r"hitl_([0-9a-f]{10})_[0-9a-f]{48}")
_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9 ._@-]{0,62}[A-Za-z0-9._@-])?")
_ID_BYTES = 5
_SECRET_BYTES = 24


class Scope(StrEnum):
    """What a key may do."""

    SUBMIT = "submit"
    READ = "read"
    REVIEW = "review"
    ROUTE = "route"
    ADMIN = "admin"


class KeyRefused(HitlError):
    """No such key can be made, or it can't be told which one is meant."""


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown, once."""

    id: str
    token: str

    @property
    def digest(self) -> str:
        """What is kept of it."""
        return digest_of(self.token)


@dataclass(frozen=True, slots=True)
class StoredKey:
    """What is known of a key that was made."""

    id: str
    name: str
    digest: str
    scopes: frozenset[str]
    use_cases: frozenset[str] | None
    """None for every one."""
    created_at: datetime
    last_used_at: datetime | None
    """To the minute or so."""
    revoked_at: datetime | None


def new_key() -> NewKey:
    """A key that nobody can guess."""
    number = secrets.token_hex(_ID_BYTES)
    return NewKey(number, f"hitl_{number}_{secrets.token_hex(_SECRET_BYTES)}")


def id_in(token: str) -> str | None:
    """The id within what may be a stored key."""
    found = _KEY.fullmatch(token)
    return found[1] if found else None


def digest_of(token: str) -> str:
    """SHA-256 of the whole key, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()


def require_name(name: str) -> str:
    """A name that can stand in logs, tables and the audit log; raises ``KeyRefused``."""
    if _NAME.fullmatch(name) is None:
        raise KeyRefused(
            "a key's name has 1 to 64 letters, digits, spaces and . _ @ - and begins with a letter"
            " or a digit"
        )
    return name


def scopes_from(text: str) -> frozenset[Scope]:
    """Scopes as people write them, ``submit,read``; raises ``KeyRefused``."""
    words = [word.strip().lower() for word in text.split(",") if word.strip()]
    known = [scope.value for scope in Scope]
    for word in words:
        if word not in known:
            raise KeyRefused(unknown("scope", word, known=known))
    if not words:
        raise KeyRefused(f"name at least one scope of {', '.join(known)}")
    return frozenset(Scope(word) for word in words)
