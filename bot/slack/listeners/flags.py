"""Someone looked at a flagged case again, and finds that its flag can go."""

from typing import Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack import ids
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import show_in_place, way_back
from hitl.review import clear_flag


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the button of a flagged card."""

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
