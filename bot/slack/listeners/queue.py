"""Someone wants to see what is waiting, and one of the cases."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.details import case_view
from bot.slack.cards.queue import queue_view
from bot.slack.people import actor_of
from bot.slack.reading import queues, withheld_from
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the shortcut, the Home tab's button, and the buttons of the list."""

    async def show_queue(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        actor = actor_of(body)
        await services.people.require_member(actor)
        withheld = await withheld_from(services, actor)
        found = await queues(services, without=withheld)
        view = queue_view(found, now=services.database.now(), withheld=withheld)
        await open_modal(client, body, view)
        await ack()

    app.shortcut(ids.WAITING_CASES)(show_queue)
    app.action(ids.SHOW_QUEUE)(show_queue)

    @app.action(ids.SHOW_CASE)
    async def show_case(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        respond: AsyncRespond,
        client: AsyncWebClient,
    ) -> None:
        case, use_case = await services.find(int(action["value"]))
        await services.require_viewer(actor_of(body), case, use_case)
        card = await services.card(case, use_case)
        if body.get("view"):
            await open_modal(client, body, case_view(case, card))
        else:
            await respond(
                text=card.text,
                blocks=card.blocks,
                response_type="ephemeral",
                replace_original=False,
            )
        await ack()
