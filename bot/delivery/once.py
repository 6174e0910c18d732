"""Posting what is about no card: a digest, a notice, a monthly review."""

from collections.abc import Awaitable, Callable

from bot.delivery.desk import Desk, Sent
from bot.delivery.posting import channels_for, post, rendered
from bot.delivery.reconcile import find_posted
from bot.slack.message import Message
from hitl.storage.outbox import Parcel


async def post_once(desk: Desk, parcel: Parcel, message: Callable[[], Awaitable[Message]]) -> Sent:
    """Post what is about no card, unless an earlier try did; ``message`` is made when needed."""
    use_case = desk.use_case(parcel)
    channels = channels_for(parcel, use_case)
    if await find_posted(desk, parcel, channels=channels) is None:
        render = rendered(await message())
        shared = use_case.allow_shared_channel
        await post(desk, parcel, render, channels=channels, allow_shared=shared)
    return Sent()
