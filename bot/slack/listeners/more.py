"""Someone wants more of a case: its full text, its history, or a form for what is rare."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.details import full_text_view
from bot.slack.cards.forms import hand_over_form, note_form, overrule_form, withdraw_form
from bot.slack.cards.history import history_view
from bot.slack.message import View
from bot.slack.people import Actor, actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import open_form
from bot.slack.undoing import show_undone, take_back
from hitl.storage.queries import case_history


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the overflow menu of a card."""

    @app.action(ids.MORE)
    async def more(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        client: AsyncWebClient,
        respond: AsyncRespond,
    ) -> None:
        case_id, wanted = ids.choice(action["selected_option"]["value"])
        if wanted == ids.MORE_UNDO:
            undone = await take_back(services, body, case_id)
            await ack()
            await show_undone(undone, services, body=body, respond=respond, client=client)
            return
        view = await _wanted(services, case_id, wanted=wanted, actor=actor_of(body))
        await open_form(client, body, view)
        await ack()


async def _wanted(services: SlackServices, case_id: int, *, wanted: str, actor: Actor) -> View:
    """The modal for a choice; a form is not even shown to those who may not send it."""
    case, use_case = await services.find(case_id)
    if wanted == ids.MORE_TEXT:
        await services.require_viewer(actor, case, use_case)
        return full_text_view(case)
    if wanted == ids.MORE_HISTORY:
        await services.require_viewer(actor, case, use_case)
        return history_view(
            case, await services.database.read(partial(case_history, case_id=case_id))
        )
    if wanted == ids.MORE_WITHDRAW:
        await services.people.require_withdrawer(actor, use_case)
        return withdraw_form(case)
    if wanted == ids.MORE_OVERRULE and case.outcome is not None:
        await services.require_overruler(actor, case, use_case)
        return overrule_form(case, case.outcome, use_case=use_case)
    await services.require_decider(actor, case, use_case)
    return hand_over_form(case) if wanted == ids.MORE_HAND_OVER else note_form(case)
