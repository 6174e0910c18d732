"""A lead asks for thresholds that a digest offered."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond

from bot.policy import ask_for
from bot.slack import ids
from bot.slack.people import actor_of
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from hitl.reports.offers import lowered, offer_of
from hitl.storage.policy_changes import Change, ChangeState, Source


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the button under the offer."""

    @app.action(ids.PROPOSE_CERTIFIED)
    async def ask(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], respond: AsyncRespond
    ) -> None:
        use_case, actor = services.policy.use_case(action["value"]), actor_of(body)
        await services.people.require_in_charge(actor, use_case, act="propose a policy")
        # Tested anew: a digest may be old, and certificates end with the model and the policy.
        now = services.database.now()
        offer = await services.database.read(partial(offer_of, use_case=use_case, now=now))
        if offer is None:
            raise Refusal("This is guaranteed no more, or it runs already. Nothing was changed.")
        wanted = lowered(use_case, offer.lower)
        change = await ask_for(services.database, wanted, by=actor.user_id, source=Source.SLACK)
        await ack()
        await respond(text=_said(change), response_type="ephemeral", replace_original=False)


def _said(change: Change) -> str:
    if change.state is ChangeState.PROPOSED:
        return f"Proposal {change.id} waits for {', '.join(change.missing)}."
    return "These thresholds run from now on: the use case names nobody who must sign."
