"""The ``chat.*`` methods: posting, rewriting and deleting messages."""

from typing import Any

from bot.sandbox.directory import Channel
from bot.sandbox.errors import Refused
from bot.sandbox.kit import Json
from bot.sandbox.limits.messages import UPDATE_TEXT, check_metadata
from bot.sandbox.messages import Message
from bot.sandbox.webapi.call import Call, Method
from bot.sandbox.webapi.posting import checked_content, post_as_app, rewrite


def post_message(call: Call) -> Json:
    """Post in a channel or thread; the channel may be an id, a name or a person's id."""
    channel = _destination(call)
    if call.workspace.config.enforce_rates:
        wait = call.workspace.rates.wait_for_channel(channel.id)
        if wait:
            raise Refused("ratelimited", retry_after=wait)
    message = post_as_app(
        call.workspace,
        channel=channel,
        text=call.text("text"),
        blocks=_blocks(call),
        thread_ts=call.text("thread_ts") or None,
        metadata=call.structure("metadata", error="invalid_metadata_format"),
    )
    shown = call.state.slack_message(message, metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


def update(call: Call) -> Json:
    """Rewrite the app's own message. Text alone takes the blocks away; blocks alone, the text."""
    message = _own_message(call, refusal="cant_update_message")
    blocks = _blocks(call)
    text = call.text("text")
    metadata = call.structure("metadata", error="invalid_metadata_format")
    check_metadata(metadata)
    text, blocks = checked_content(call.workspace, text=text, blocks=blocks, most_text=UPDATE_TEXT)
    message.metadata = metadata or message.metadata
    rewrite(call.workspace, message, text=text, blocks=blocks)
    shown = call.state.slack_message(message, metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": text, "message": shown}


def delete(call: Call) -> Json:
    """Delete the app's own message."""
    message = _own_message(call, refusal="cant_delete_message")
    call.state.delete(message)
    return {"channel": message.channel, "ts": message.ts}


def post_ephemeral(call: Call) -> Json:
    """Show something to one person in a channel, for as long as their session lasts."""
    channel = _destination(call)
    user = call.text("user")
    if user not in channel.members:
        raise Refused("user_not_in_channel")
    message = post_as_app(
        call.workspace,
        channel=channel,
        text=call.text("text"),
        blocks=_blocks(call),
        thread_ts=call.text("thread_ts") or None,
        ephemeral_to=user,
    )
    return {"message_ts": message.ts}


def get_permalink(call: Call) -> Json:
    """The address of a message on the page."""
    channel = call.state.channel(call.text("channel"))
    ts = call.text("message_ts")
    if call.state.message(channel.id, ts) is None:
        raise Refused("message_not_found")
    place = f"{channel.id}/p{ts.replace('.', '')}"
    return {"channel": channel.id, "permalink": f"{call.workspace.url}/archives/{place}"}


def _blocks(call: Call) -> Any:
    return call.structure("blocks", error="invalid_blocks_format")


def _destination(call: Call) -> Channel:
    given = call.text("channel")
    state = call.state
    if given in state.users and not state.users[given].is_bot:
        channel = state.direct_channel(given)
    else:
        named = [c.id for c in state.channels.values() if c.name == given.removeprefix("#")]
        channel = state.channel(named[0] if named else given)
    if channel.is_archived:
        raise Refused("is_archived")
    if call.workspace.config.app.user_id not in channel.members:
        raise Refused("not_in_channel")
    return channel


def _own_message(call: Call, *, refusal: str) -> Message:
    channel = call.state.channel(call.text("channel"))
    message = call.state.message(channel.id, call.text("ts"))
    if message is None:
        raise Refused("message_not_found")
    if not message.bot:
        raise Refused(refusal)
    return message


METHODS = {
    "chat.postMessage": Method(
        run=post_message, tier=4, scope="chat:write", needs=("channel",), takes_json=True
    ),
    "chat.update": Method(
        run=update, tier=3, scope="chat:write", needs=("channel", "ts"), takes_json=True
    ),
    "chat.delete": Method(
        run=delete, tier=3, scope="chat:write", needs=("channel", "ts"), takes_json=True
    ),
    "chat.postEphemeral": Method(
        run=post_ephemeral,
        tier=4,
        scope="chat:write",
        needs=("channel", "user"),
        takes_json=True,
    ),
    "chat.getPermalink": Method(run=get_permalink, tier=4, needs=("channel", "message_ts")),
}
