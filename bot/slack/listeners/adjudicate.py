"""An adjudicator looks at a dispute; the votes are shown to nobody else before it ends."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.adjudication import adjudication_view
from bot.slack.people import actor_of
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal
from hitl.review.vote import refuse_unless_open
from hitl.storage.votes import standing_votes
from hitl.vocabulary import CaseState


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the button of a disputed card."""

    @app.action(ids.ADJUDICATE)
    async def look(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        case, use_case = await services.find(int(action["value"]))
        actor = actor_of(body)
        await services.people.require_adjudicator(actor, use_case)
        refuse_unless_open(case)
        votes = await services.database.read(partial(standing_votes, case_id=case.id))
        if case.state is not CaseState.DISPUTED:
            raise Refusal("Nobody disagrees on this case any more.")
        if any(vote.reviewer == actor.user_id for vote in votes):
            raise Refusal("You have voted on this case: somebody else must settle it.")
        card = await services.card(case, use_case)
        view = adjudication_view(case, card, votes, use_case=use_case)
        await open_modal(client, body, view)
        await ack()
