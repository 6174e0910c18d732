"""Posting a message: in its channel or the fallback, in full or in the plain form."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Protocol

from bot.delivery.desk import Desk
from bot.delivery.troubles import Treatment, Trouble, told_as_trouble
from bot.slack.message import Message
from hitl.policy import UseCase
from hitl.storage.moments import to_microseconds
from hitl.storage.outbox import Kind, Parcel
from hitl.storage.slack_copies import Place

_EVENT_TYPES = {Kind.CARD_POST: "hitl_case"}
_OTHER_EVENT_TYPE = "hitl_message"


def channels_for(parcel: Parcel, use_case: UseCase) -> list[str]:
    """Where it may go: as it was when the row was written, else the fallback of today."""
    wanted = [parcel.payload["channel"], use_case.fallback_channel]
    return list(dict.fromkeys(name for name in wanted if name is not None))


class Rendering(Protocol):
    """Makes the message in full, or in the plain form that Slack takes when it refuses that."""

    def __call__(self, *, plain: bool = ...) -> Message: ...


def rendered(message: Message) -> Rendering:
    """A message that is already made; its plain form is its text."""
    return partial(_full_or_text, message)


def _full_or_text(message: Message, *, plain: bool = False) -> Message:
    return Message(message.text, []) if plain else message


def delivery_key(parcel: Parcel) -> str:
    """Names the parcel in a message's metadata, also beside another database's parcels."""
    return f"{parcel.id}-{to_microseconds(parcel.created_at)}"


async def post(
    desk: Desk,
    parcel: Parcel,
    render: Rendering,
    *,
    channels: Sequence[str],
    allow_shared: bool,
) -> Place:
    """Post in the first of the channels that can take it; raises ``Trouble``."""
    try:
        channel = await desk.channels.find(channels[0])
        if channel.is_shared and not allow_shared:
            words = f"{channels[0]} is shared with another organisation: see allow_shared_channel"
            raise Trouble(Treatment.FALL_BACK, words)  # noqa: TRY301 - the fallback's one edge
        return await say(desk, parcel, render, channel=channel.id)
    except Trouble as trouble:
        if trouble.treatment is Treatment.FALL_BACK and channels[1:]:
            return await post(
                desk, parcel, render, channels=channels[1:], allow_shared=allow_shared
            )
        raise


async def say(
    desk: Desk, parcel: Parcel, render: Rendering, *, channel: str, thread_ts: str | None = None
) -> Place:
    """Post in the channel or thread; once more in plain where Slack can't take the blocks."""
    try:
        return await _say(desk, parcel, render(), channel=channel, thread_ts=thread_ts)
    except Trouble as trouble:
        if trouble.treatment is not Treatment.PLAIN:
            raise
    return await _say(desk, parcel, render(plain=True), channel=channel, thread_ts=thread_ts)


async def _say(
    desk: Desk, parcel: Parcel, message: Message, *, channel: str, thread_ts: str | None
) -> Place:
    with told_as_trouble():
        answer = await desk.client.chat_postMessage(
            channel=channel,
            text=message.text,
            blocks=message.blocks,
            thread_ts=thread_ts,
            metadata=_metadata(parcel),
            unfurl_links=False,
            unfurl_media=False,
        )
    return Place(channel=answer["channel"], ts=answer["ts"])


def _metadata(parcel: Parcel) -> dict[str, Any]:
    payload = {"delivery": delivery_key(parcel)}
    if parcel.case_id is not None:
        payload["case"] = str(parcel.case_id)
    event_type = _EVENT_TYPES.get(parcel.kind, _OTHER_EVENT_TYPE)
    return {"event_type": event_type, "event_payload": payload}
