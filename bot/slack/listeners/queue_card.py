"""Someone begins to review what waits in the queue, or stops."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.slack import ids
from bot.slack.cards.queue_card import stopped_message
from bot.slack.people import actor_of
from bot.slack.reviewing import next_case, require_reviewer
from bot.slack.services import SlackServices
from hitl.review import release


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the queue card's button, and for the one under a served card."""

    @app.action(ids.START_REVIEWING)
    async def start(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond
    ) -> None:
        use_case, actor = services.policy.use_case(action["value"]), actor_of(body)
        await require_reviewer(services, actor, use_case)
        shown = await next_case(services, actor, use_case)
        await ack()
        await respond(
            text=shown.text,
            blocks=shown.blocks,
            response_type="ephemeral",
            replace_original=False,
        )

    @app.action(ids.STOP_REVIEWING)
    async def stop(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond
    ) -> None:
        case_id, reviewer = int(action["value"]), actor_of(body).user_id
        await services.database.write(lambda tx: release(tx, case_id, reviewer=reviewer))
        await ack()
        shown = stopped_message()
        await respond(text=shown.text, blocks=shown.blocks, replace_original=True)
