"""Which channel a name means, and whether people from outside are in it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from slack_sdk.web.async_client import AsyncWebClient

from bot.delivery.troubles import Treatment, Trouble, told_as_trouble

_KEEP_FOR = timedelta(minutes=5)
_PAGE = 200


@dataclass(frozen=True, slots=True)
class Channel:
    """A channel the app is in."""

    id: str
    is_shared: bool
    """Whether people of another organisation see it."""


class Channels:
    """Looks channels up by id or ``#name`` and remembers them for a few minutes."""

    def __init__(self, client: AsyncWebClient, *, clock: Callable[[], datetime]) -> None:
        self._client = client
        self._clock = clock
        self._known: dict[str, tuple[datetime, Channel]] = {}

    async def find(self, name: str) -> Channel:
        """The channel; raises ``Trouble``, ``FALL_BACK`` where the app is in no such channel."""
        now = self._clock()
        seen_at, channel = self._known.get(name, (None, None))
        if seen_at is None or channel is None or now - seen_at > _KEEP_FOR:
            with told_as_trouble():
                channel = await (self._by_name if name.startswith("#") else self._by_id)(name)
            self._known[name] = (now, channel)
        return channel

    async def _by_id(self, channel_id: str) -> Channel:
        answer = await self._client.conversations_info(channel=channel_id)
        found = answer["channel"]
        return Channel(id=found["id"], is_shared=bool(found.get("is_ext_shared")))

    async def _by_name(self, name: str) -> Channel:
        return await self._by_id(await self._id_of(name.removeprefix("#")))

    async def _id_of(self, name: str) -> str:
        pages = await self._client.users_conversations(
            types="public_channel,private_channel", exclude_archived=True, limit=_PAGE
        )
        async for page in pages:
            for found in page["channels"]:
                if found["name"] == name:
                    return str(found["id"])
        raise Trouble(Treatment.FALL_BACK, f"the app is in no channel #{name}; invite it there")
