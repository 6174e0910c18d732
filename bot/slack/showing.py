"""Where an answer goes: back to the message that was clicked, or on top of a modal."""

import logging
from typing import Any

from slack_bolt.async_app import AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.cards.details import case_view
from bot.slack.message import View
from bot.slack.services import SlackServices
from bot.slack.sitting import Sitting
from bot.slack.trouble import SLACK_TROUBLE
from hitl.cases import Case
from hitl.errors import HitlError

logger = logging.getLogger(__name__)


def way_back(body: dict[str, Any]) -> str | None:
    """The response URL that rewrites the case's card, if it is the card that was clicked.

    An answer only one person sees has a response URL too, but it would rewrite that answer.
    """
    container = body.get("container") or {}
    if container.get("type") != "message" or container.get("is_ephemeral"):
        return None
    return body.get("response_url")


async def open_modal(client: AsyncWebClient, body: dict[str, Any], view: View) -> str:
    """Show a modal to whoever acted, on top of the one they acted in; its id."""
    in_modal = (body.get("view") or {}).get("type") == "modal"
    show = client.views_push if in_modal else client.views_open
    answer = await show(trigger_id=body["trigger_id"], view=view)
    return str(answer["view"]["id"])


async def open_form(client: AsyncWebClient, body: dict[str, Any], form: View) -> None:
    """Show a modal that remembers if it stands on top of that of review mode."""
    sitting = Sitting.of(body.get("view") or {})
    await open_modal(client, body, sitting.beneath(form) if sitting else form)


async def show_in_place(
    case: Case,
    services: SlackServices,
    *,
    body: dict[str, Any],
    respond: AsyncRespond,
    client: AsyncWebClient,
) -> None:
    """Bring a private copy of the card up to date; delivery rewrites the channel's own, in order.

    Raises nothing: the decision is stored by now.
    """
    if way_back(body):
        return
    try:
        card = await services.card(case, services.policy.use_case(case.use_case))
        if view := body.get("view"):
            await client.views_update(
                view_id=view["id"], hash=view["hash"], view=case_view(case, card)
            )
        else:
            await respond(text=card.text, blocks=card.blocks, replace_original=True)
    except (HitlError, *SLACK_TROUBLE) as trouble:
        # The decision stands; only this copy of the card is old.
        logger.info(
            "A copy of case %d could not be brought up to date: %s",
            case.id,
            trouble,
            extra={"key": "slack.copy_stale"},
        )
