"""Whether a message stands in Slack whose sender never heard, so that it is not posted twice."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from typing import Any

from bot.delivery.desk import Desk
from bot.delivery.posting import delivery_key
from bot.delivery.troubles import MISSING_PERMISSION, Treatment, Trouble, told_as_trouble
from hitl.storage.outbox import Parcel
from hitl.storage.slack_copies import Place

log = logging.getLogger(__name__)

_CLOCKS_DIFFER = timedelta(minutes=2)
_PAGE = 200
_MOST_PAGES = 10
_QUICK_REPEATS = 3
"""A message that fails again and again must not hold up its channel."""
_UNREADABLE = frozenset({Treatment.FALL_BACK, Treatment.PLAIN, Treatment.BURY})
"""Refusals to show the history that no waiting will change."""


async def find_posted(
    desk: Desk, parcel: Parcel, *, channels: Sequence[str], thread_ts: str | None = None
) -> Place | None:
    """Where an earlier try has posted the parcel; None when it has not, or when none was made.

    Raises ``Trouble``, and then the doubt remains, or ``POSTPONE`` when there is none left but
    the parcel has failed too often to be tried again at once.
    """
    if parcel.in_doubt_since is None:
        return None
    try:
        found = await _look_twice(desk, parcel, channels=channels, thread_ts=thread_ts)
    except Trouble as trouble:
        raise trouble.still_in_doubt() from trouble
    if found is None and parcel.attempts > _QUICK_REPEATS:
        raise Trouble(Treatment.POSTPONE, "not in Slack after several tries")
    return found


async def _look_twice(
    desk: Desk, parcel: Parcel, *, channels: Sequence[str], thread_ts: str | None
) -> Place | None:
    """The second look comes when a message must be visible that the first one missed."""
    found = await _look(desk, parcel, channels=channels, thread_ts=thread_ts)
    if found is None and parcel.in_doubt_since is not None:
        visible_in = parcel.in_doubt_since + desk.history_lag - desk.database.now()
        await asyncio.sleep(max(visible_in, desk.history_lag / 10).total_seconds())
        found = await _look(desk, parcel, channels=channels, thread_ts=thread_ts)
    return found


async def _look(
    desk: Desk, parcel: Parcel, *, channels: Sequence[str], thread_ts: str | None
) -> Place | None:
    for name in channels:
        try:
            channel = await desk.channels.find(name)
            found = await _look_in(desk, parcel, channel_id=channel.id, thread_ts=thread_ts)
        except Trouble as trouble:
            if trouble.treatment not in _UNREADABLE and trouble.code not in MISSING_PERMISSION:
                raise
            log.warning("Can't look for a message in %s: %s", name, trouble)
            continue
        if found is not None:
            return found
    return None


async def _look_in(
    desk: Desk, parcel: Parcel, *, channel_id: str, thread_ts: str | None
) -> Place | None:
    key = delivery_key(parcel)
    with told_as_trouble():
        async for message in _messages(desk, parcel, channel_id=channel_id, thread_ts=thread_ts):
            if message.get("metadata", {}).get("event_payload", {}).get("delivery") == key:
                return Place(channel=channel_id, ts=message["ts"])
    return None


async def _messages(
    desk: Desk, parcel: Parcel, *, channel_id: str, thread_ts: str | None
) -> AsyncIterator[dict[str, Any]]:
    oldest = f"{(parcel.created_at - _CLOCKS_DIFFER).timestamp():.6f}"
    wanted: dict[str, Any] = {"oldest": oldest, "include_all_metadata": True, "limit": _PAGE}
    client = desk.client
    if thread_ts is None:
        pages = await client.conversations_history(channel=channel_id, **wanted)
    else:
        pages = await client.conversations_replies(channel=channel_id, ts=thread_ts, **wanted)
    read = 0
    async for page in pages:
        for message in page["messages"]:
            yield message
        read += 1
        if read == _MOST_PAGES:
            return
