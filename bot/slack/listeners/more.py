"""Someone wants more of a case: its full text, its history, or a form for what is rare."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.details import full_text_view
from bot.slack.cards.forms import ask_form, hand_over_form, note_form, overrule_form, withdraw_form
from bot.slack.cards.history import everything_view, history_view
from bot.slack.message import View
from bot.slack.people import Actor, actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import open_form
from bot.slack.undoing import show_undone, take_back
from hitl.cases import Case, Event
from hitl.policy import UseCase
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
    if wanted in _READ:
        await services.require_viewer(actor, case, use_case)
        read = partial(case_history, case_id=case_id)
        return _READ[wanted](case, await services.database.read(read), use_case=use_case)
    if wanted == ids.MORE_WITHDRAW:
        await services.people.require_withdrawer(actor, use_case)
        return withdraw_form(case)
    if wanted == ids.MORE_OVERRULE and case.outcome is not None:
        await services.require_overruler(actor, case, use_case)
        return overrule_form(case, case.outcome, use_case=use_case)
    await services.require_decider(actor, case, use_case)
    return _WRITTEN.get(wanted, note_form)(case)


def _full_text(case: Case, _events: Sequence[Event], *, use_case: UseCase) -> View:  # noqa: ARG001 - as the others
    return full_text_view(case)


_READ: Mapping[str, Callable[..., View]] = {
    ids.MORE_TEXT: _full_text,
    ids.MORE_HISTORY: history_view,
    ids.MORE_EVERYTHING: everything_view,
}
_WRITTEN: Mapping[str, Callable[[Case], View]] = {
    ids.MORE_HAND_OVER: hand_over_form,
    ids.MORE_ASK: ask_form,
}
