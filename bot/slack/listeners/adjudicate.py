"""An adjudicator looks at what reviewers left open, and settles it; nobody else sees the votes."""

from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.adjudication import adjudication_view
from bot.slack.cards.details import case_view
from bot.slack.people import actor_of
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal
from hitl.blindness import as_seen, unblinded
from hitl.review import adjudicate
from hitl.review.refusals import refuse_unless_open
from hitl.storage.votes import standing_votes
from hitl.vocabulary import CaseState, CheckState


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the button of a disputed card, and for the form behind it."""

    @app.action(ids.ADJUDICATE)
    async def look(
        ack: AsyncAck, action: dict[str, Any], body: dict[str, Any], client: AsyncWebClient
    ) -> None:
        case, use_case = await services.find_whole(int(action["value"]))
        actor = actor_of(body)
        await services.people.require_adjudicator(actor, use_case)
        votes = await services.database.read(partial(standing_votes, case_id=case.id))
        is_check = case.check is not None and case.check.state is CheckState.DISPUTED
        if not is_check:
            refuse_unless_open(as_seen(case, use_case=use_case))
            if case.state is not CaseState.DISPUTED:
                raise Refusal("Nobody disagrees on this case any more.")
        if any(vote.reviewer == actor.user_id for vote in votes):
            raise Refusal("You have voted on this case: somebody else must settle it.")
        whole = unblinded(case)
        card = await services.card(whole, use_case)
        view = adjudication_view(
            whole,
            card,
            votes,
            use_case=use_case,
            is_check=is_check and case.check is not None and case.check.answered_at is not None,
        )
        await open_modal(client, body, view)
        await ack()

    @app.view(ids.ADJUDICATION)
    async def settle(ack: AsyncAck, body: dict[str, Any]) -> None:
        view, actor = body["view"], actor_of(body)
        case, use_case = await services.find(ids.case_of(view))
        await services.people.require_adjudicator(actor, use_case)
        _, chosen = ids.choice(ids.answer(view)["selected_option"]["value"])
        verdict, label = ids.verdict_with_label(chosen)
        note = (ids.answer(view, block=ids.ADJUDICATION_NOTE)["value"] or "").strip() or None
        settled = await services.database.write(
            lambda tx: adjudicate(
                tx,
                case.id,
                verdict=verdict,
                label=label,
                note=note,
                reviewer=actor.user_id,
                use_case=use_case,
            )
        )
        card = await services.card(settled, use_case)
        await ack(response_action="update", view=case_view(case, card))
