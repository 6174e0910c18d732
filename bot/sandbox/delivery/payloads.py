"""The bodies the app receives, in Slack's shapes. Pure: the workspace's objects in, JSON out."""

import secrets
from typing import Any

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.directory import Channel, User
from bot.sandbox.kit import Json
from bot.sandbox.messages import Message

VERIFICATION_TOKEN = "local-verification-token"  # noqa: S105 - deprecated by Slack, still sent


def interaction(kind: str, *, config: WorkspaceConfig, user: User, **rest: Any) -> Json:
    """What every interactivity payload has.

    In a shared channel ``team`` is the acting person's own, not the installing one.
    """
    team = user.team or config.team
    return {
        "type": kind,
        "team": {"id": team.id, "domain": team.domain},
        "user": {
            "id": user.id,
            "username": user.name,
            "name": user.name,
            "team_id": team.id,
        },
        "api_app_id": config.app.id,
        "token": VERIFICATION_TOKEN,
        "enterprise": None,
        "is_enterprise_install": False,
        **rest,
    }


def message_source(message: Message, *, channel: Channel, shown: Json) -> Json:
    """Where a click on a message happened; Slack sends no copy of an ephemeral message."""
    container = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.is_reply:
        container["thread_ts"] = message.thread_ts or ""
    source: Json = {
        "container": container,
        "channel": {"id": channel.id, "name": channel_name(channel)},
    }
    if message.ephemeral_to is None:
        source["message"] = shown
    return source


def channel_name(channel: Channel) -> str:
    """The name payloads give: real only for public channels."""
    return {"channel": channel.name, "group": "privategroup", "im": "directmessage"}[channel.kind]


def command(
    name: str,
    text: str,
    *,
    config: WorkspaceConfig,
    user: User,
    channel: Channel,
    trigger_id: str,
    response_url: str,
) -> dict[str, str]:
    """The form of a slash command."""
    team = user.team or config.team
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": team.id,
        "team_domain": team.domain,
        "channel_id": channel.id,
        "channel_name": channel_name(channel),
        "user_id": user.id,
        "user_name": user.name,
        "command": name,
        "text": text,
        "api_app_id": config.app.id,
        "is_enterprise_install": "false",
        "response_url": response_url,
        "trigger_id": trigger_id,
    }


def new_event_id() -> str:
    """An id no other event has."""
    return f"Ev{secrets.token_hex(5).upper()}"


def event(inner: Json, *, config: WorkspaceConfig, now: float, ext_shared: bool) -> Json:
    """An Events API body."""
    event_id = new_event_id()
    return {
        "token": VERIFICATION_TOKEN,
        "team_id": config.team.id,
        "api_app_id": config.app.id,
        "event": inner,
        "type": "event_callback",
        "event_id": event_id,
        "event_time": int(now),
        "authorizations": [
            {
                "enterprise_id": None,
                "team_id": config.team.id,
                "user_id": config.app.user_id,
                "is_bot": True,
                "is_enterprise_install": False,
            }
        ],
        "is_ext_shared_channel": ext_shared,
        "event_context": f"4-{event_id}",
    }
