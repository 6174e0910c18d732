"""Trigger ids: short-lived, single-use permission to open a modal for the person who acted."""

import secrets
from dataclasses import dataclass

from bot.sandbox.errors import Refused

MOST_REMEMBERED = 1000


@dataclass(slots=True, kw_only=True)
class Trigger:
    """Permission born of one interaction; ``view_id`` when it happened inside a modal."""

    id: str
    user: str
    issued_at: float
    view_id: str = ""
    used: bool = False


class Triggers:
    """Issues trigger ids and takes each once, within its life."""

    def __init__(self, *, lives: float) -> None:
        self._lives = lives
        self._issued: dict[str, Trigger] = {}

    def issue(self, *, user: str, now: float, view_id: str = "") -> str:
        """A new trigger id."""
        trigger_id = f"{int(now * 1000)}.{secrets.randbelow(10**9)}.{secrets.token_hex(16)}"
        self._issued[trigger_id] = Trigger(id=trigger_id, user=user, issued_at=now, view_id=view_id)
        if len(self._issued) > MOST_REMEMBERED:
            del self._issued[next(iter(self._issued))]
        return trigger_id

    def use(self, trigger_id: str, *, now: float) -> Trigger:
        """Spend a trigger; raises Slack's code for unknown, spent and late ones."""
        trigger = self._issued.get(trigger_id)
        if trigger is None:
            raise Refused("invalid_trigger_id")
        if trigger.used:
            raise Refused("exchanged_trigger_id")
        if now - trigger.issued_at > self._lives:
            raise Refused("expired_trigger_id")
        trigger.used = True
        return trigger
