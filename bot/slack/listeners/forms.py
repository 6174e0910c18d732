"""Someone sends a form: a note, a hand-over, a withdrawal. Each is checked as a click is.

On top of review mode, the modal underneath then shows what has changed, or the next case.
"""

from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.people import actor_of
from bot.slack.reviewing import go_on
from bot.slack.services import SlackServices
from bot.slack.text import mention
from hitl.review import add_note, hand_over, overrule, withdraw


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the submissions."""

    @app.view(ids.NOTE_FORM)
    async def note(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        case, use_case = await services.find(ids.case_of(body["view"]))
        actor = actor_of(body)
        await services.require_decider(actor, case, use_case)
        text = (ids.answer(body["view"])["value"] or "").strip()
        if not text:
            await _wrong(ack, ids.NOTE_FORM, case.id, "Write something first.")
            return
        await services.database.write(
            lambda tx: add_note(tx, case.id, author=actor.user_id, text=text)
        )
        await ack()
        await go_on(services, client, body, said=None)

    @app.view(ids.HAND_OVER_FORM)
    async def give(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        case, use_case = await services.find(ids.case_of(body["view"]))
        actor = actor_of(body)
        await services.require_decider(actor, case, use_case)
        chosen = ids.answer(body["view"])["selected_user"]
        also = services.handed_to(case, use_case)
        if not await services.people.can_decide(chosen, use_case, also=also):
            await _wrong(ack, ids.HAND_OVER_FORM, case.id, "They may not decide this case.")
            return
        await services.database.write(
            lambda tx: hand_over(tx, case.id, by=actor.user_id, to=chosen, use_case=use_case)
        )
        await ack()
        await go_on(services, client, body, said=f"Asked {mention(chosen)} to look at this case.")

    @app.view(ids.WITHDRAW_FORM)
    async def take_back(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        case, use_case = await services.find(ids.case_of(body["view"]))
        actor = actor_of(body)
        await services.people.require_withdrawer(actor, use_case)
        reason = (ids.answer(body["view"])["value"] or "").strip() or None
        await services.database.write(
            lambda tx: withdraw(
                tx,
                case.id,
                by=actor.user_id,
                reason=reason,
                webhooks=use_case.webhooks,
                from_people=True,
            )
        )
        await ack()
        await go_on(services, client, body, said=f"⊘ Withdrawn: case {case.id}.")

    @app.view(ids.OVERRULE_FORM)
    async def replace(ack: AsyncAck, body: dict[str, Any]) -> None:
        view, actor = body["view"], actor_of(body)
        case, use_case = await services.find(ids.case_of(view))
        await services.require_overruler(actor, case, use_case)
        _, label = ids.choice(ids.answer(view)["selected_option"]["value"])
        reason = (ids.answer(view, block=ids.OVERRULE_REASON)["value"] or "").strip()
        if not reason:
            await _wrong(ack, ids.OVERRULE_REASON, case.id, "Say why.")
            return
        await services.database.write(
            lambda tx: overrule(
                tx, case.id, label=label, by=actor.user_id, reason=reason, use_case=use_case
            )
        )
        await ack()


async def _wrong(ack: AsyncAck, form: str, case_id: int, words: str) -> None:
    """Keep the form open, with words beside its input."""
    await ack(response_action="errors", errors={ids.input_block(form, case_id): words})
