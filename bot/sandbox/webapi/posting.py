"""What posting has in common, whether by ``chat.*``, a response_url or a command's answer."""

from typing import Any

from bot.sandbox.directory import Channel
from bot.sandbox.errors import Refused
from bot.sandbox.kit import Json, sealed
from bot.sandbox.limits.messages import POST_TEXT, check_message, check_metadata
from bot.sandbox.messages import Message
from bot.sandbox.workspace import Workspace


def checked_content(
    workspace: Workspace, *, text: str, blocks: Any, most_text: int = POST_TEXT
) -> tuple[str, list[Json]]:
    """Text and blocks as they may be shown; raises what Slack would answer."""
    blocks = blocks or []
    now = workspace.config.clock()
    check_message(
        text=text,
        blocks=blocks,
        most_text=most_text,
        ready_files=workspace.state.files.ready_ids(now=now),
        unsupported=workspace.config.unsupported_blocks,
    )
    return text, sealed(blocks)


def post_as_app(
    workspace: Workspace,
    *,
    channel: Channel,
    text: str,
    blocks: Any,
    thread_ts: str | None = None,
    metadata: Any = None,
    ephemeral_to: str | None = None,
    files: list[Json] | None = None,
) -> Message:
    """Check and post a message of the app's; tells feeds and, if subscribed, the app itself."""
    state = workspace.state
    text, blocks = (text, []) if files else checked_content(workspace, text=text, blocks=blocks)
    check_metadata(metadata)
    if thread_ts and ephemeral_to is None and state.message(channel.id, thread_ts) is None:
        raise Refused("thread_not_found")
    message = Message(
        ts=state.next_ts(),
        channel=channel.id,
        user=workspace.config.app.user_id,
        text=text,
        blocks=blocks,
        at=workspace.config.clock(),
        bot=True,
        thread_ts=thread_ts,
        metadata=metadata,
        ephemeral_to=ephemeral_to,
        files=files or [],
    )
    state.post(message)
    if ephemeral_to is None:
        shown = state.slack_message(message, metadata=True)
        workspace.events.message_posted(message, channel=channel, shown=shown)
    return message


def rewrite(workspace: Workspace, message: Message, *, text: str, blocks: list[Json]) -> None:
    """Replace a message's checked content; only messages without blocks get an "edited" mark."""
    edited_ts = message.edited_ts if blocks else workspace.state.next_ts()
    message.rewrite(text=text, blocks=blocks, edited_ts=edited_ts)
    workspace.state.changed(message)
