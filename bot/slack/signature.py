"""Whether an HTTP request is Slack's, told from its headers and its bytes alone."""

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import timedelta

_TIMESTAMP = re.compile(r"[0-9]{1,12}")
"""Epoch seconds. Any digits at all would not do: ``int`` raises above 4,300 of them."""
_FRESH = timedelta(minutes=5)


def is_genuine(body: bytes, headers: Mapping[str, str], *, secret: str, now: float) -> bool:
    """Whether Slack signed these very bytes at most 5 minutes from ``now`` (epoch seconds).

    Source: https://docs.slack.dev/authentication/verifying-requests-from-slack. Not slack_sdk's
    verifier, which raises on odd headers. Raises nothing, whatever it is given.
    """
    timestamp = headers.get("x-slack-request-timestamp", "")
    if not _TIMESTAMP.fullmatch(timestamp):
        return False
    if abs(now - int(timestamp)) > _FRESH.total_seconds():
        return False
    signed = b"v0:%b:%b" % (timestamp.encode(), body)
    right = f"v0={hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}"
    # Bytes, for compare_digest raises on text that is not ASCII.
    return hmac.compare_digest(right.encode(), headers.get("x-slack-signature", "").encode())
