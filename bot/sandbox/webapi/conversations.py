"""The ``conversations.*`` methods: channels, members and what was said."""

from bot.sandbox.directory import Channel, ChannelKind
from bot.sandbox.errors import Refused
from bot.sandbox.kit import Json
from bot.sandbox.messages import Message
from bot.sandbox.webapi.call import Call, Method

READ_SCOPES: dict[ChannelKind, str] = {
    "channel": "channels:read",
    "group": "groups:read",
    "im": "im:read",
}
HISTORY_SCOPES: dict[ChannelKind, str] = {
    "channel": "channels:history",
    "group": "groups:history",
    "im": "im:history",
}
TYPES: dict[str, ChannelKind] = {
    "public_channel": "channel",
    "private_channel": "group",
    "im": "im",
}


def info(call: Call) -> Json:
    """One conversation."""
    channel = _channel(call, READ_SCOPES)
    shown = channel.as_slack(viewer=call.workspace.config.app.user_id)
    if call.flag("include_num_members"):
        shown["num_members"] = len(channel.members)
    return {"channel": shown}


def listing(call: Call) -> Json:
    """The conversations of the asked types that the app may know of."""
    app = call.workspace.config.app.user_id
    kinds = {_kind(name) for name in (call.text("types") or "public_channel").split(",")}
    for kind in kinds:
        call.require_scope(READ_SCOPES[kind])
    known = [
        channel.as_slack(viewer=app)
        for channel in call.state.channels.values()
        if channel.kind in kinds
        and (channel.kind == "channel" or app in channel.members)
        and not (call.flag("exclude_archived") and channel.is_archived)
    ]
    page, metadata = call.page(known)
    return {"channels": page, **metadata}


def members(call: Call) -> Json:
    """The ids of a conversation's members."""
    channel = _channel(call, READ_SCOPES)
    page, metadata = call.page(sorted(channel.members))
    return {"members": page, **metadata}


def history(call: Call) -> Json:
    """What was said in the channel, newest first, threads left out."""
    channel = _readable(call)
    found = [m for m in call.state.messages(channel.id) if not m.is_reply]
    return _said(call, _between(call, found)[::-1])


def replies(call: Call) -> Json:
    """A thread: the message it hangs from, then the replies, oldest first."""
    channel = _readable(call)
    parent = call.state.message(channel.id, call.text("ts"))
    if parent is None:
        raise Refused("thread_not_found")
    return _said(call, [parent, *_between(call, call.state.replies(parent))])


def open_direct(call: Call) -> Json:
    """The direct messages with one person."""
    user_ids = [user_id for user_id in call.text("users").split(",") if user_id]
    if len(user_ids) != 1:
        raise Refused("users_list_not_supplied" if not user_ids else "not_enough_users")
    user = call.state.user(user_ids[0])
    if user.deleted:
        raise Refused("user_disabled")
    channel = call.state.direct_channel(user.id)
    return {"channel": {"id": channel.id}, "no_op": True, "already_open": True}


def join(call: Call) -> Json:
    """Let the app into a public channel."""
    channel = call.state.channel(call.text("channel"))
    if channel.kind != "channel":
        raise Refused("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise Refused("is_archived")
    app = call.workspace.config.app.user_id
    channel.members.add(app)
    return {"channel": channel.as_slack(viewer=app)}


def _kind(name: str) -> ChannelKind:
    if name.strip() not in TYPES:
        raise Refused("invalid_types")
    return TYPES[name.strip()]


def _channel(call: Call, scopes: dict[ChannelKind, str]) -> Channel:
    channel = call.state.channel(call.text("channel"))
    call.require_scope(scopes[channel.kind])
    return channel


def _readable(call: Call) -> Channel:
    channel = _channel(call, HISTORY_SCOPES)
    if call.workspace.config.app.user_id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _between(call: Call, messages: list[Message]) -> list[Message]:
    """Those after ``oldest`` and before ``latest``, less what a lag hides."""
    oldest, latest = call.text("oldest") or "0", call.text("latest") or "inf"
    visible_until = call.now - call.workspace.faults.take_lag(call.method)
    try:
        low, high = float(oldest), float(latest)
    except ValueError as error:
        raise Refused("invalid_ts_oldest") from error
    ends = {oldest, latest} if call.flag("inclusive") else set()
    return [
        m for m in messages if (low < float(m.ts) < high or m.ts in ends) and m.at <= visible_until
    ]


def _said(call: Call, messages: list[Message]) -> Json:
    page, metadata = call.page(messages)
    full = call.flag("include_all_metadata")
    shown = [call.state.slack_message(message, metadata=full) for message in page]
    more = bool(metadata["response_metadata"]["next_cursor"])
    return {"messages": shown, "has_more": more, **(metadata if more else {})}


METHODS = {
    "conversations.info": Method(run=info, tier=3, needs=("channel",)),
    "conversations.list": Method(run=listing, tier=2),
    "conversations.members": Method(run=members, tier=4, needs=("channel",)),
    "conversations.history": Method(run=history, tier=3, needs=("channel",)),
    "conversations.replies": Method(run=replies, tier=3, needs=("channel", "ts")),
    "conversations.open": Method(run=open_direct, tier=3, scope="im:write", takes_json=True),
    "conversations.join": Method(
        run=join, tier=3, scope="channels:join", needs=("channel",), takes_json=True
    ),
}
