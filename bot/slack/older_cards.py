"""Cards that are older than their case: made from a database that a backup has since replaced.

A number is given again after a restore, so an old card's buttons would decide somebody else's case.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any

from slack_bolt import BoltResponse
from sqlalchemy import Connection

from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from hitl.cases import Case
from hitl.storage.moments import EPOCH
from hitl.storage.queries import CaseNotFound, case_by_id
from hitl.storage.slack_copies import Place, card_place

_NAMES_A_CASE = re.compile(r"([0-9]{1,18})(?::|$)")
_CLOCKS_APART = timedelta(minutes=10)
"""How far Slack's clock and ours may be apart for a card whose place is not stored yet."""

_Next = Callable[[], Awaitable[BoltResponse]]


def older_card_check(services: SlackServices) -> Callable[..., Awaitable[BoltResponse]]:
    """A Bolt middleware that refuses a press on a card that was there before its case."""

    async def check(body: Mapping[str, Any], next_: _Next) -> BoltResponse:
        pressed = _pressed(body)
        if pressed is not None and await services.database.read(lambda c: _is_older(c, *pressed)):
            raise Refusal(
                "This card was made before the database was restored; its number names another"
                " case now. Nothing was changed: look for the case's newest card."
            )
        return await next_()

    return check


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


def _is_older(connection: Connection, case_id: int, pressed: Place) -> bool:
    try:
        case = case_by_id(connection, case_id)
    except CaseNotFound:
        return False  # the listener says so in its own words
    place = card_place(connection, case_id)
    return place != pressed and _stood_before(case, pressed, is_placed=place is not None)


def _stood_before(case: Case, pressed: Place, *, is_placed: bool) -> bool:
    posted_at = EPOCH + timedelta(seconds=float(pressed.ts))
    return posted_at < case.submitted_at - (timedelta() if is_placed else _CLOCKS_APART)
