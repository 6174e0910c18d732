"""How a local workspace is set up: its people, channels, keys, rules and delays."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from bot.sandbox.directory import AppIdentity, Channel, Team, User, UserGroup

SCOPES = frozenset(
    {
        "chat:write", "commands", "im:write", "users:read", "users:read.email",
        "usergroups:read", "files:write", "files:read", "channels:read", "groups:read",
        "channels:history", "groups:history",
    }
)  # fmt: skip
"""What the product's manifest asks for."""

PEOPLE = (
    User(id="U0ANA", name="ana", real_name="Ana Costa", email="ana@example.test"),
    User(id="U0BEN", name="ben", real_name="Ben Okafor", email="ben@example.test"),
    User(id="U0CHLOE", name="chloe", real_name="Chloé Martin", email="chloe@example.test"),
    User(id="U0DEV", name="dev", real_name="Dev Patel", email="dev@example.test"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkspaceConfig:
    """Everything a workspace is started with; durations are seconds unless the type says more."""

    team: Team = field(default_factory=Team)
    app: AppIdentity = field(default_factory=AppIdentity)
    users: tuple[User, ...] = PEOPLE
    groups: tuple[UserGroup, ...] = ()
    channels: tuple[Channel, ...] = ()
    bot_token: str = "xoxb-local"  # noqa: S105 - opens nothing outside this machine
    app_token: str = "xapp-local"  # noqa: S105 - the same
    signing_secret: str = "local-signing-secret"  # noqa: S105 - the same
    request_url: str | None = None
    """Where the app listens when no Socket Mode connection is open."""
    commands: tuple[str, ...] = ("/hitl",)
    events: frozenset[str] = frozenset({"app_home_opened", "message.channels", "message.groups"})
    """Event subscriptions in the manifest's words, such as ``message.channels``."""
    scopes: frozenset[str] = SCOPES
    unsupported_blocks: frozenset[str] = frozenset()
    """Block types this workspace refuses, as an older Slack would refuse new ones."""
    enforce_rates: bool = False
    clock: Callable[[], float] = time.time
    ack_within: float = 3.0
    trigger_lives: float = 3.0
    event_retries_after: tuple[float, ...] = (0.0, 60.0, 300.0)
    file_processing: float = 0.15
    """How long a completed upload has no ``mimetype`` yet."""


def demo_config(
    *,
    channels: Sequence[str],
    groups: Sequence[UserGroup] = (),
    people: Sequence[User] = PEOPLE,
    app: AppIdentity | None = None,
) -> WorkspaceConfig:
    """A friendly workspace: everyone and the app are in each of the named public channels."""
    app = app or AppIdentity()
    members = {person.id for person in people if not person.is_stranger} | {app.user_id}
    rooms = tuple(
        Channel(id=f"C{number:04}LOCAL", name=name.removeprefix("#"), members=set(members))
        for number, name in enumerate(channels, start=1)
    )
    return WorkspaceConfig(app=app, users=tuple(people), groups=tuple(groups), channels=rooms)
