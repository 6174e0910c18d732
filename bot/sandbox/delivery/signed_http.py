"""Payloads to the app's request URL, signed as Slack signs them.

Source of the signature: docs.slack.dev/authentication/verifying-requests-from-slack.
"""

import hashlib
import hmac
import json
import time
from typing import Any

from aiohttp import (
    ClientError,
    ClientResponse,
    ClientSession,
    ClientTimeout,
    DummyCookieJar,
    TCPConnector,
)
from yarl import URL

from bot.sandbox.kit import Json

FORM = "application/x-www-form-urlencoded"
_REDIRECTS = 300
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
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return FORM, URL.build(query=fields).raw_query_string.encode()


class SignedHttp:
    """Posts to ``request_url``; raises ConnectionError for anything but a 2xx answer.

    Belongs to the event loop that it was made in.
    """

    def __init__(self, *, secret: str, request_url: str | None) -> None:
        self.request_url = request_url
        self._secret = secret
        # Proxies of the environment see nothing of what is meant for this machine. The link, which
        # knows how long the app may take, does the waiting.
        self._session = ClientSession(
            connector=TCPConnector(limit=0, keepalive_timeout=_IDLE_SECONDS),
            cookie_jar=DummyCookieJar(),
            timeout=ClientTimeout(),
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
            async with self._session.post(
                self.request_url, data=body, headers=headers, allow_redirects=False
            ) as response:
                if response.status >= _REDIRECTS:
                    raise ConnectionError(f"the app answered {response.status}")
                return _answer(response, await response.text(errors="replace"))
        except ClientError as error:
            raise ConnectionError(str(error)) from error

    async def aclose(self) -> None:
        """Close the connections to the app."""
        await self._session.close()


def _answer(response: ClientResponse, text: str) -> Any:
    if not text.strip():
        return None
    if response.content_type == "application/json":
        try:
            return json.loads(text)
        except ValueError as error:
            raise ConnectionError("the app's answer is not JSON") from error
    return text
