"""Someone sends a question to whoever submitted a case."""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.people import actor_of
from bot.slack.reviewing import go_on, is_in_review
from bot.slack.services import SlackServices
from hitl.review import SkipReason, ask_submitter, skip
from hitl.storage.database import Transaction


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the form."""

    @app.view(ids.ASK_FORM)
    async def ask(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        case, use_case = await services.find(ids.case_of(body["view"]))
        actor = actor_of(body)
        await services.require_decider(actor, case, use_case)
        text = (ids.answer(body["view"])["value"] or "").strip()
        if not text:
            block = ids.input_block(ids.ASK_FORM, case.id)
            await ack(response_action="errors", errors={block: "Write something first."})
            return

        def put_question(tx: Transaction) -> None:
            ask_submitter(tx, case.id, by=actor.user_id, text=text, use_case=use_case)
            if is_in_review(body):
                # Nothing is to be decided before the answer, which brings the case back to them.
                reason = SkipReason.NEEDS_INFORMATION
                skip(tx, case.id, reviewer=actor.user_id, reason=reason)

        await services.database.write(put_question)
        await ack()
        said = f"? Asked about case {case.id}; it comes back to you with the answer."
        await go_on(services, client, body, said=said)
