"""Messages as they are kept, and the faces they show to the Web API and to a person."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.directory import AppIdentity, Team, User
from bot.sandbox.kit import Json, controls

VERSIONS_KEPT = 10
"""Earlier blocks of a message that a stale click may still refer to."""


@dataclass(slots=True, kw_only=True, eq=False)
class Message:
    """One message; ``at`` is in seconds since the epoch."""

    ts: str
    channel: str
    user: str
    text: str
    at: float
    blocks: list[Json] = field(default_factory=list)
    bot: bool = False
    thread_ts: str | None = None
    metadata: Json | None = None
    files: list[Json] = field(default_factory=list)
    ephemeral_to: str | None = None
    edited_ts: str | None = None
    typed: dict[str, Json] = field(default_factory=dict)
    """What each person chose in this message's inputs, by user id, as ``state.values``."""
    earlier: deque[list[Json]] = field(default_factory=lambda: deque(maxlen=VERSIONS_KEPT))

    @property
    def is_reply(self) -> bool:
        """Whether it belongs in a thread rather than in the channel."""
        return self.thread_ts is not None and self.thread_ts != self.ts

    def rewrite(self, *, text: str, blocks: list[Json], edited_ts: str | None) -> None:
        """Replace what is shown; the old controls stay known for stale clicks."""
        self.earlier.append(self.blocks)
        self.text, self.blocks, self.edited_ts = text, blocks, edited_ts

    def control(self, action_id: str, *, block_id: str | None, stale: bool) -> Json | None:
        """The element and its block as ``{"block_id", "element"}``; earlier versions if stale."""
        versions = [self.blocks, *reversed(self.earlier)] if stale else [self.blocks]
        for blocks in versions:
            for found_block, element in controls(blocks):
                if element["action_id"] == action_id and block_id in (None, found_block):
                    return {"block_id": found_block, "element": element}
        return None

    def as_slack(
        self, *, team: Team, app: AppIdentity, replies: list["Message"], metadata: bool = False
    ) -> Json:
        """The message object of the Web API and of interaction payloads."""
        shown: Json = {"type": "message", "user": self.user, "ts": self.ts, "text": self.text}
        shown["team"] = team.id
        if self.bot:
            profile = {"id": app.bot_id, "app_id": app.id, "name": app.name, "team_id": team.id}
            shown |= {"bot_id": app.bot_id, "app_id": app.id, "bot_profile": profile}
        if self.blocks:
            shown["blocks"] = self.blocks
        if self.files:
            shown["files"] = self.files
        if self.edited_ts:
            shown["edited"] = {"user": self.user, "ts": self.edited_ts}
        if self.metadata and metadata:
            shown["metadata"] = self.metadata
        return shown | self._thread_fields(replies)

    def _thread_fields(self, replies: list["Message"]) -> Json:
        if self.is_reply:
            return {"thread_ts": self.thread_ts}
        if not replies:
            return {}
        people = list(dict.fromkeys(reply.user for reply in replies))
        return {
            "thread_ts": self.ts,
            "reply_count": len(replies),
            "reply_users": people,
            "reply_users_count": len(people),
            "latest_reply": replies[-1].ts,
        }

    def as_seen(self, *, author: User | None, reply_count: int) -> dict[str, Any]:
        """The message as the page and ``Person`` see it."""
        return {
            "ts": self.ts,
            "channel": self.channel,
            "user": self.user,
            "bot": self.bot,
            "username": author.real_name if author else self.user,
            "text": self.text,
            "blocks": self.blocks,
            "thread_ts": self.thread_ts,
            "reply_count": reply_count,
            "ephemeral": self.ephemeral_to is not None,
            "edited": self.edited_ts is not None,
            "files": self.files,
            "at": self.at,
        }
