"""Who and what a workspace holds before anyone speaks: people, user groups, channels, the app."""

from dataclasses import dataclass, field
from typing import Any, Literal

ChannelKind = Literal["channel", "group", "im"]
"""Public channel, private channel, direct message: Slack's own words for them."""

COLORS = ("4bbe2e", "e7392d", "3c989f", "674b1b", "e96699", "2b6836", "9b3b45", "43761b")


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace; the product calls the one the app is installed in "the installing team"."""

    id: str = "T0LOCAL"
    name: str = "Local workspace"
    domain: str = "local"


@dataclass(frozen=True, slots=True)
class AppIdentity:
    """The one app installed here."""

    id: str = "A0HITL"
    name: str = "hitl"
    user_id: str = "U0HITLBOT"
    bot_id: str = "B0HITL"
    icon: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class User:
    """A person or bot. ``team`` is None for the workspace's own."""

    id: str
    name: str
    real_name: str
    email: str = ""
    team: Team | None = None
    tz: str = "Etc/UTC"
    is_bot: bool = False
    deleted: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_stranger: bool = False

    @property
    def color(self) -> str:
        """Hex without ``#``; the same for the same id on every start."""
        return COLORS[sum(self.id.encode()) % len(COLORS)]


@dataclass(frozen=True, slots=True, kw_only=True)
class UserGroup:
    """A user group such as ``@moderators``."""

    id: str
    handle: str
    name: str = ""
    users: tuple[str, ...] = ()
    disabled: bool = False


@dataclass(slots=True, kw_only=True)
class Channel:
    """A conversation; members are user ids, the app's bot user included when it was invited."""

    id: str
    name: str
    kind: ChannelKind = "channel"
    members: set[str] = field(default_factory=set)
    topic: str = ""
    is_archived: bool = False
    is_ext_shared: bool = False
    created: int = 0

    def as_slack(self, *, viewer: str) -> dict[str, Any]:
        """The conversation object; ``viewer`` is the bot user that asks."""
        shared = {"is_ext_shared": self.is_ext_shared, "is_shared": self.is_ext_shared}
        if self.kind == "im":
            other = next((member for member in self.members if member != viewer), viewer)
            return {"id": self.id, "is_im": True, "user": other, "created": self.created} | shared
        return shared | {
            "id": self.id,
            "name": self.name,
            "name_normalized": self.name,
            "is_channel": self.kind == "channel",
            "is_group": self.kind == "group",
            "is_im": False,
            "is_mpim": False,
            "is_private": self.kind == "group",
            "is_archived": self.is_archived,
            "is_org_shared": False,
            "is_member": viewer in self.members,
            "created": self.created,
            "topic": {"value": self.topic, "creator": "", "last_set": 0},
            "purpose": {"value": "", "creator": "", "last_set": 0},
        }
