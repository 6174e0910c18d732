"""Payloads to the app's request URL, signed as Slack signs them.

Source of the signature: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

import hashlib
import hmac
import json
import time
from typing import Any
from urllib.parse import urlencode

import httpx

from bot.sandbox.kit import Json

FORM = "application/x-www-form-urlencoded"
_IDLE_SECONDS = 2.0
"""Servers let go of silent connections after five; a click on one just then would be lost."""


def signature(secret: str, *, timestamp: str, body: bytes) -> str:
    """The ``X-Slack-Signature`` header."""
    base = b"v0:" + timestamp.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), base, hashlib.sha256).hexdigest()


def encoded(kind: str, payload: Json) -> tuple[str, bytes]:
    """Content type and body: JSON for events, a form for commands, ``payload=…`` for the rest."""
    if kind == "events_api":
        return "application/json", json.dumps(payload).encode()
    if kind == "slash_commands":
        return FORM, urlencode(payload).encode()
    return FORM, urlencode({"payload": json.dumps(payload)}).encode()


class SignedHttp:
    """Posts to ``request_url``; raises ConnectionError for anything but a 2xx answer."""

    def __init__(self, *, secret: str, request_url: str | None) -> None:
        self.request_url = request_url
        self._secret = secret
        # Proxies of the environment must not see what is meant for this machine; the link, which
        # knows how long the app may take, does the waiting.
        self._client = httpx.AsyncClient(
            trust_env=False,
            timeout=None,  # noqa: S113
            limits=httpx.Limits(keepalive_expiry=_IDLE_SECONDS),
        )

    async def send(self, kind: str, payload: Json, *, retry: int, retry_reason: str) -> Any:
        """The app's answer: a JSON object, a text, or None for an empty body."""
        if self.request_url is None:
            raise ConnectionError("the app has no request URL and no open socket")
        content_type, body = encoded(kind, payload)
        # The wall clock, not the workspace's: the app checks it against its own.
        timestamp = str(int(time.time()))
        headers = {
            "content-type": content_type,
            "x-slack-request-timestamp": timestamp,
            "x-slack-signature": signature(self._secret, timestamp=timestamp, body=body),
            "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        }
        if retry:
            headers |= {"x-slack-retry-num": str(retry), "x-slack-retry-reason": retry_reason}
        try:
            response = await self._client.post(self.request_url, content=body, headers=headers)
        except httpx.HTTPError as error:
            raise ConnectionError(str(error)) from error
        if not response.is_success:
            raise ConnectionError(f"the app answered {response.status_code}")
        return _answer(response)

    async def aclose(self) -> None:
        """Close the connections to the app."""
        await self._client.aclose()


def _answer(response: httpx.Response) -> Any:
    if not response.content.strip():
        return None
    if response.headers.get("content-type", "").startswith("application/json"):
        try:
            return response.json()
        except ValueError as error:
            raise ConnectionError("the app's answer is not JSON") from error
    return response.text
