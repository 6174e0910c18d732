"""Everything the workspace holds, in memory; every change of it is told on the feed."""

import secrets
from collections import defaultdict, deque
from copy import deepcopy

from bot.sandbox.config import WorkspaceConfig
from bot.sandbox.directory import Channel, User, UserGroup
from bot.sandbox.errors import Refused
from bot.sandbox.feed import Feed
from bot.sandbox.files import Files
from bot.sandbox.kit import Json
from bot.sandbox.messages import Message
from bot.sandbox.views import View, Views

EPHEMERALS_KEPT = 200
MESSAGES_KEPT = 5000
"""Per channel; the oldest go first."""


class WorkspaceState:
    """People, conversations, messages, views and files of one workspace."""

    def __init__(self, config: WorkspaceConfig, *, feed: Feed) -> None:
        self.config = config
        self.feed = feed
        self.users: dict[str, User] = {user.id: user for user in config.users}
        self.groups: dict[str, UserGroup] = {group.id: group for group in config.groups}
        self.channels: dict[str, Channel] = {c.id: deepcopy(c) for c in config.channels}
        self.views = Views()
        self.files = Files()
        self._messages: dict[str, dict[str, Message]] = defaultdict(dict)
        self._threads: dict[tuple[str, str | None], list[Message]] = defaultdict(list)
        self._ephemerals: deque[Message] = deque(maxlen=EPHEMERALS_KEPT)
        self._read: dict[tuple[str, str], str] = {}
        self._last_ts = 0
        self._add_app()

    def _add_app(self) -> None:
        app = self.config.app
        bot = User(id=app.user_id, name=app.name, real_name=app.name, is_bot=True)
        self.users[bot.id] = bot
        for user in list(self.users.values()):
            if not (user.is_bot or user.deleted or user.is_stranger):
                self.direct_channel(user.id)

    def direct_channel(self, user_id: str) -> Channel:
        """The direct messages between the app and a person, created when there are none."""
        members = {user_id, self.config.app.user_id}
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == members:
                return channel
        channel = Channel(id=f"D{user_id[1:]}", name="directmessage", kind="im", members=members)
        self.channels[channel.id] = channel
        return channel

    def next_ts(self) -> str:
        """A message timestamp: the clock's microseconds, never the same twice."""
        self._last_ts = max(self._last_ts + 1, int(self.config.clock() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    # -- messages ---------------------------------------------------------------------------

    def post(self, message: Message) -> None:
        """Add a message (its ``ts`` from ``next_ts``) and tell the channel's members."""
        if message.ephemeral_to:
            self._ephemerals.append(message)
            self._tell("ephemeral", message)
            return
        kept = self._messages[message.channel]
        kept[message.ts] = message
        if message.is_reply:
            self._threads[message.channel, message.thread_ts].append(message)
        if len(kept) > MESSAGES_KEPT:
            self._forget(next(iter(kept.values())))
        self._tell("message", message)

    def changed(self, message: Message) -> None:
        """Tell that a message was rewritten."""
        self._tell("message_changed", message)

    def delete(self, message: Message) -> None:
        """Take a message away and tell so."""
        if message.ephemeral_to:
            self._ephemerals.remove(message)
        else:
            self._forget(message)
        data = {"channel": message.channel, "ts": message.ts, "thread_ts": message.thread_ts}
        self.feed.publish("message_deleted", data, to=self._audience(message))

    def message(self, channel_id: str, ts: str) -> Message | None:
        """A message that everyone in the channel sees."""
        return self._messages[channel_id].get(ts)

    def holds(self, message: Message) -> bool:
        """Whether it is still there, ephemeral or not."""
        return message in (self.message(message.channel, message.ts), *self._ephemerals)

    def visible_message(self, channel_id: str, ts: str, *, user_id: str) -> Message | None:
        """A message as one person may see it: in their channels, or ephemeral and theirs."""
        channel = self.channels.get(channel_id)
        if channel is None or user_id not in channel.members:
            return None
        mine = (m for m in self.ephemerals(channel_id, user_id=user_id) if m.ts == ts)
        return self.message(channel_id, ts) or next(mine, None)

    def messages(self, channel_id: str) -> list[Message]:
        """Everything in the channel but ephemerals, threads included, oldest first."""
        return list(self._messages[channel_id].values())

    def ephemerals(self, channel_id: str, *, user_id: str) -> list[Message]:
        """What only this person sees there."""
        return [
            m for m in self._ephemerals if m.channel == channel_id and m.ephemeral_to == user_id
        ]

    def replies(self, message: Message) -> list[Message]:
        """The replies under a message, oldest first."""
        return list(self._threads.get((message.channel, message.ts), ()))

    def seen(self, message: Message) -> Json:
        """The message as the page and ``Person`` see it."""
        count = len(self.replies(message))
        return message.as_seen(author=self.users.get(message.user), reply_count=count)

    def slack_message(self, message: Message, *, metadata: bool = False) -> Json:
        """The message as the Web API shows it."""
        return message.as_slack(
            team=self.config.team,
            app=self.config.app,
            replies=self.replies(message),
            metadata=metadata,
        )

    def mark_read(self, user_id: str, channel_id: str) -> None:
        """This person has seen the channel up to now."""
        self._read[user_id, channel_id] = self.next_ts()

    def unread(self, user_id: str, channel_id: str) -> int:
        """Others' messages in the channel (not in threads) since this person last looked."""
        last = self._read.get((user_id, channel_id), "")
        new = (m for m in self.messages(channel_id) if not m.is_reply and m.ts > last)
        return sum(1 for m in new if m.user != user_id)

    # -- views ------------------------------------------------------------------------------

    def new_view(self, content: Json, *, user_id: str, onto: View | None = None) -> View:
        """A modal or Home tab with an id and a hash, not yet shown to anyone."""
        view_id = f"V{secrets.token_hex(5).upper()}"
        view = View(
            id=view_id,
            user=user_id,
            content=content,
            root_id=onto.root_id if onto else view_id,
            previous_id=onto.id if onto else None,
        )
        view.show(content, now=self.config.clock())
        return view

    def slack_view(self, view: View) -> Json:
        """The view as Web API and payloads show it."""
        return view.as_slack(team=self.config.team, app=self.config.app)

    def tell_view(self, event: str, view: View) -> None:
        """Tell the view's person what happened to it."""
        self.feed.publish(event, {"view": self.slack_view(view)}, to=[view.user])

    # -- look-ups ---------------------------------------------------------------------------

    def user(self, user_id: str) -> User:
        """A user, or ``user_not_found``."""
        if user_id not in self.users:
            raise Refused("user_not_found")
        return self.users[user_id]

    def channel(self, channel_id: str) -> Channel:
        """A conversation the app may know of, or ``channel_not_found``."""
        channel = self.channels.get(channel_id)
        hidden = channel and channel.kind != "channel"
        if channel is None or (hidden and self.config.app.user_id not in channel.members):
            raise Refused("channel_not_found")
        return channel

    def _forget(self, message: Message) -> None:
        del self._messages[message.channel][message.ts]
        if message.is_reply:
            self._threads[message.channel, message.thread_ts].remove(message)

    def _tell(self, event: str, message: Message) -> None:
        if not self.feed.is_watched:
            return
        data = {
            "channel": message.channel,
            "message": self.seen(message),
            "thread_ts": message.thread_ts,
        }
        self.feed.publish(event, data, to=self._audience(message))

    def _audience(self, message: Message) -> set[str]:
        if message.ephemeral_to:
            return {message.ephemeral_to}
        return self.channels[message.channel].members
