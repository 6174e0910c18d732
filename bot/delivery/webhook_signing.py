"""Signing as Standard Webhooks 1.0.0 says: HMAC-SHA256 over id, time and body."""

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterable
from datetime import datetime

_PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64


def signing_key(secret: str) -> bytes:
    """The key inside a secret; raises ``ValueError`` in words that do not give it away."""
    if not secret.startswith(_PREFIX):
        raise ValueError(f"each must begin with {_PREFIX}")
    try:
        key = base64.b64decode(secret.removeprefix(_PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise ValueError(f"what follows {_PREFIX} must be base64") from None
    if not _SHORTEST <= len(key) <= _LONGEST:
        raise ValueError(f"each must hold {_SHORTEST} to {_LONGEST} bytes")
    return key


def signed_headers(
    body: bytes, *, message_id: str, at: datetime, keys: Iterable[bytes]
) -> dict[str, str]:
    """The three headers, with a signature for each key: receivers accept any one they know."""
    timestamp = str(int(at.timestamp()))
    content = f"{message_id}.{timestamp}.".encode() + body
    return {
        "webhook-id": message_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": " ".join(_signature(content, key) for key in keys),
    }


def _signature(content: bytes, key: bytes) -> str:
    digest = hmac.new(key, content, hashlib.sha256).digest()
    return f"v1,{base64.b64encode(digest).decode()}"
