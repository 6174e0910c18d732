"""Slack's answers about people, groups and channels, each asked at most once a minute."""

import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.refusals import Refusal
from bot.slack.remembered import Remembered
from bot.slack.text import mrkdwn
from hitl.eligibility import Person, Workspace

_KEEP = timedelta(seconds=60)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Installation:
    """Where the app is installed, and who it is there."""

    workspace: Workspace
    bot_id: str | None
    bot_user_id: str


class Directory:
    """Raises what slack_sdk raises, and ``Refusal`` where the policy names what is not there."""

    def __init__(
        self, client: AsyncWebClient, *, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._kept = Remembered(keep=_KEEP, monotonic=monotonic)

    async def installation(self) -> Installation:
        """Whose token this is."""
        return await self._kept.get("installation", self._ask_installation)

    async def person(self, user_id: str) -> Person:
        """One account."""
        return await self._kept.get(("person", user_id), lambda: self._ask_person(user_id))

    async def group_id(self, handle: str) -> str:
        """The id of the group that ``@handle`` names."""
        known = await self._kept.get("groups", self._ask_groups)
        if handle not in known:
            raise Refusal(f"There is no user group {mrkdwn(handle, 100)} in this workspace.")
        return known[handle]

    async def group_members(self, group: str) -> frozenset[str]:
        """The user ids in a group, by its id or its ``@handle``."""
        group_id = await self.group_id(group) if group.startswith("@") else group
        return await self._kept.get(("group", group_id), lambda: self._ask_group(group_id))

    async def channel_members(self, channel: str) -> frozenset[str]:
        """The user ids in a channel, by its id or its ``#name``; guests and bots included."""
        channel_id = await self._channel_id(channel)
        return await self._kept.get(("members", channel_id), lambda: self._ask_members(channel_id))

    async def is_public(self, channel: str) -> bool:
        """Whether every full member could join the channel, by its id or its ``#name``."""
        channel_id = await self._channel_id(channel)
        return await self._kept.get(("public", channel_id), lambda: self._ask_public(channel_id))

    async def _channel_id(self, channel: str) -> str:
        if not channel.startswith("#"):
            return channel
        known = await self._kept.get("channels", self._ask_channels)
        if channel not in known:
            raise Refusal(f"The app is not in {mrkdwn(channel, 100)}: invite it there first.")
        return known[channel]

    async def _ask_installation(self) -> Installation:
        found = await self._client.auth_test()
        workspace = Workspace(found["team_id"], found.get("enterprise_id"))
        return Installation(workspace, bot_id=found.get("bot_id"), bot_user_id=found["user_id"])

    async def _ask_person(self, user_id: str) -> Person:
        found = (await self._client.users_info(user=user_id))["user"]
        return _person(found)

    async def _ask_groups(self) -> dict[str, str]:
        found = await self._client.usergroups_list()
        return {f"@{group['handle']}": group["id"] for group in found["usergroups"]}

    async def _ask_group(self, group_id: str) -> frozenset[str]:
        found = await self._client.usergroups_users_list(usergroup=group_id)
        return frozenset(found["users"])

    async def _ask_members(self, channel_id: str) -> frozenset[str]:
        pages = _pages(self._client.conversations_members, channel=channel_id)
        return frozenset([user async for page in pages for user in page["members"]])

    async def _ask_public(self, channel_id: str) -> bool:
        found = (await self._client.conversations_info(channel=channel_id))["channel"]
        # What Slack does not say is private.
        return found.get("is_private") is False

    async def _ask_channels(self) -> dict[str, str]:
        # The app's own channels are few; the workspace's can be ten thousand.
        pages = _pages(self._client.users_conversations, types="public_channel,private_channel")
        found = [channel async for page in pages for channel in page["channels"]]
        return {f"#{channel['name']}": channel["id"] for channel in found}


async def _pages(method: Callable[..., Any], **arguments: str) -> AsyncIterator[Any]:
    cursor = ""
    while True:
        page = await method(limit=_PAGE, cursor=cursor, **arguments)
        yield page
        cursor = (page.get("response_metadata") or {}).get("next_cursor") or ""
        if not cursor:
            return


def _person(found: dict[str, Any]) -> Person:
    return Person(
        id=found["id"],
        name=found.get("real_name") or found.get("name") or found["id"],
        team_id=found.get("team_id", ""),
        enterprise_id=(found.get("enterprise_user") or {}).get("enterprise_id"),
        is_bot=bool(found.get("is_bot")),
        is_deleted=bool(found.get("deleted")),
        is_restricted=bool(found.get("is_restricted")),
        is_ultra_restricted=bool(found.get("is_ultra_restricted")),
        is_stranger=bool(found.get("is_stranger")),
    )
