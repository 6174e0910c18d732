"""Cards that are older than their case: made from a database that a backup has since replaced.

A number is given again after a restore, so an old card's buttons would decide somebody else's case.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from functools import partial
from typing import Any

from slack_bolt import BoltResponse
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest

from bot.slack.refusals import Refusal
from hitl.storage.database import Database
from hitl.storage.moments import EPOCH
from hitl.storage.outlines import Outline, outline_of
from hitl.storage.slack_copies import Place

OUTLINE = "outline"
"""Under this name the context of a press holds the outline of its case."""
_NAMES_A_CASE = re.compile(r"([0-9]{1,18})(?::|$)")
_CLOCKS_APART = timedelta(minutes=10)
"""How far Slack's clock and ours may be apart for a card whose place is not stored yet."""


class OlderCards(AsyncMiddleware):
    """Refuses a press on a card that was there before its case.

    A class as Bolt has its own: for a function Bolt collects thirty arguments at each request.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's interface
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - the same
    ) -> BoltResponse:
        """Go on with the case's outline in the request's context."""
        pressed = _pressed(req.body)
        if pressed is None:
            return await next()
        case_id, place = pressed
        outline = await self._database.read(partial(outline_of, case_id=case_id))
        if outline is not None and _is_older(outline, place):
            raise Refusal(
                "This card was made before the database was restored; its number names another"
                " case now. Nothing was changed: look for the case's newest card."
            )
        req.context[OUTLINE] = outline
        return await next()


def _pressed(body: Mapping[str, Any]) -> tuple[int, Place] | None:
    """The case that a message's control names, and where the message stands."""
    container = body.get("container") or {}
    if container.get("type") != "message" or container.get("is_ephemeral"):
        return None
    for action in body.get("actions") or ():
        value = action.get("value") or (action.get("selected_option") or {}).get("value") or ""
        if found := _NAMES_A_CASE.match(value):
            place = Place(channel=container["channel_id"], ts=container["message_ts"])
            return int(found[1]), place
    return None


def _is_older(case: Outline, pressed: Place) -> bool:
    if case.card == pressed:
        return False
    posted_at = EPOCH + timedelta(seconds=float(pressed.ts))
    return posted_at < case.submitted_at - (timedelta() if case.card else _CLOCKS_APART)
