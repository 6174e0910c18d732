"""Someone reviews case after case: begins, skips one, takes the last decision back, leaves."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.forms import note_form
from bot.slack.people import actor_of
from bot.slack.reviewing import begin, go_on, leave
from bot.slack.services import SlackServices
from bot.slack.showing import open_form
from bot.slack.undoing import take_back
from hitl.review import SkipReason, claim, skip


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for whatever opens review mode, and for what is pressed there beside a verdict."""

    @app.action(ids.START_REVIEWING)
    async def start(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        await begin(services, client, body, use_case=action["value"])
        await ack()

    @app.shortcut(ids.REVIEW_CASES)
    async def start_anywhere(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await begin(services, client, body, use_case=ids.LONGEST_QUEUE)
        await ack()

    @app.action(ids.SKIP)
    async def skip_it(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        case_id, reason = ids.choice(action["selected_option"]["value"])
        case, use_case = await services.find(case_id)
        actor = actor_of(body)
        await services.require_decider(actor, case, use_case)
        await services.database.write(
            lambda tx: skip(tx, case_id, reviewer=actor.user_id, reason=SkipReason(reason))
        )
        await ack()
        await go_on(services, client, body, said=f"↷ Skipped case {case_id}; others are asked.")

    @app.action(ids.LOOK_AGAIN)
    async def look_again(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        await ack()
        await go_on(services, client, body, said=None)

    @app.action(ids.WRITE_NOTE)
    async def write_note(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        case, use_case = await services.find(int(action["value"]))
        await services.require_decider(actor_of(body), case, use_case)
        await open_form(client, body, note_form(case))
        await ack()

    @app.action(ids.UNDO_LAST)
    async def undo_last(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        case = await take_back(services, body, int(action["value"]))
        reviewer = actor_of(body).user_id
        await services.database.write(lambda tx: claim(tx, case.id, reviewer=reviewer))
        await ack()
        await go_on(services, client, body, said=f"↶ Undone: case {case.id} waits for you again.")

    @app.view_closed(ids.REVIEW)
    async def closed(ack: AsyncAck, body: dict[str, Any]) -> None:
        await leave(services, body)
        await ack()
