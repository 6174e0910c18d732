"""response_url: five uses within half an hour to rewrite, delete or answer where someone acted."""

import secrets
from dataclasses import dataclass

from bot.sandbox.errors import Refused
from bot.sandbox.messages import Message

MOST_USES = 5
LIVES_SECONDS = 30 * 60
MOST_REMEMBERED = 2000


@dataclass(slots=True, kw_only=True)
class ResponseUrl:
    """One such URL: who acted, where, and on which message (None for a command)."""

    token: str
    user: str
    channel: str
    issued_at: float
    source: Message | None
    thread_ts: str | None = None
    uses: int = 0


class ResponseUrls:
    """Issues response URLs and counts their uses."""

    def __init__(self) -> None:
        self._issued: dict[str, ResponseUrl] = {}

    def issue(self, *, user: str, channel: str, now: float, source: Message | None = None) -> str:
        """The token of a new URL."""
        token = secrets.token_urlsafe(18)
        self._issued[token] = ResponseUrl(
            token=token,
            user=user,
            channel=channel,
            issued_at=now,
            source=source,
            thread_ts=source.thread_ts if source and source.is_reply else None,
        )
        if len(self._issued) > MOST_REMEMBERED:
            del self._issued[next(iter(self._issued))]
        return token

    def use(self, token: str, *, now: float) -> ResponseUrl:
        """Count one use; raises Slack's ``expired_url`` and ``used_url``."""
        url = self._issued.get(token)
        if url is None or now - url.issued_at > LIVES_SECONDS:
            raise Refused("expired_url")
        if url.uses >= MOST_USES:
            raise Refused("used_url")
        url.uses += 1
        return url
