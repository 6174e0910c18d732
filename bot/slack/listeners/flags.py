"""Someone looked at a flagged case again: its flag can go, or its label was wrong."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack import ids
from bot.slack.cards.forms import overrule_form
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import open_form, show_in_place, way_back
from hitl.review import NotFlagged, clear_flag


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the buttons of a flagged card."""

    @app.action(ids.CLEAR_FLAG)
    async def clear(args: AsyncArgs, action: dict[str, Any]) -> None:
        case, use_case = await services.find(int(action["value"]))
        actor = actor_of(args.body)
        await services.require_decider(actor, case, use_case)
        cleared = await services.database.write(
            lambda tx: clear_flag(
                tx, case.id, by=actor.user_id, use_case=use_case, response_url=way_back(args.body)
            )
        )
        await args.ack()
        await show_in_place(
            cleared, services, body=args.body, respond=args.respond, client=args.client
        )

    @app.action(ids.TURN_FLAG)
    async def turn(args: AsyncArgs, action: dict[str, Any]) -> None:
        case, use_case = await services.find(int(action["value"]))
        await services.require_overruler(actor_of(args.body), case, use_case)
        if case.outcome is None:
            raise NotFlagged(case.id)
        form = overrule_form(case, case.outcome, use_case=use_case)
        await open_form(args.client, args.body, form)
        await args.ack()
