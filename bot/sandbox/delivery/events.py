"""Events: sent in the background to a subscribed app, tried again when it does not say 2xx."""

import asyncio

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.delivery import payloads
from bot.sandbox.delivery.link import AppLink, AppSilent, Delivery
from bot.sandbox.directory import Channel
from bot.sandbox.kit import Json
from bot.sandbox.messages import Message

MESSAGE_EVENTS = {
    "channel": ("message.channels", "channels:history"),
    "group": ("message.groups", "groups:history"),
    "im": ("message.im", "im:history"),
}
"""Subscription and scope for messages, by the kind of channel."""


class Events:
    """Sends events; one task each, because each keeps its own schedule of retries."""

    def __init__(self, config: WorkspaceConfig, *, link: AppLink) -> None:
        self._config = config
        self._link = link
        self._tasks: set[asyncio.Task[None]] = set()

    def message_posted(self, message: Message, *, channel: Channel, shown: Json) -> None:
        """Tell a subscribed app in the channel of a new message, its own included."""
        subscription, scope = MESSAGE_EVENTS[channel.kind]
        in_channel = self._config.app.user_id in channel.members
        place = {"channel": channel.id, "channel_type": channel.kind}
        inner = shown | place | {"event_ts": message.ts}
        if in_channel and scope in self._config.scopes:
            self.send(inner, subscription=subscription, ext_shared=channel.is_ext_shared)

    def send(self, inner: Json, *, subscription: str, ext_shared: bool = False) -> None:
        """Send an event if the app subscribed to it."""
        if subscription not in self._config.events:
            return
        body = payloads.event(
            inner,
            config=self._config,
            now=self._config.clock(),
            ext_shared=ext_shared,
        )
        task = asyncio.get_running_loop().create_task(self._deliver(body))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _deliver(self, body: Json) -> None:
        reason = ""
        for attempt, wait in enumerate((0.0, *self._config.event_retries_after)):
            await asyncio.sleep(wait)
            delivery = Delivery(kind="events_api", payload=body, retry=attempt, retry_reason=reason)
            try:
                await self._link.deliver(delivery)
            except AppSilent as silent:
                reason = silent.reason
            else:
                return

    async def aclose(self) -> None:
        """Give up on events still waiting."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
