"""Someone decides a case: stored first, then acknowledged, then shown."""

import re
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp, AsyncRespond
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.actions import ANOTHER_LABEL
from bot.slack.cards.forms import label_form
from bot.slack.people import actor_of
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal, show_in_place, way_back
from hitl.cases import Case
from hitl.review import vote
from hitl.vocabulary import Verdict


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the verdict buttons, the menu of labels, and its form."""

    @app.action(re.compile(ids.DECIDE_PATTERN))
    async def press(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        respond: AsyncRespond,
        client: AsyncWebClient,
    ) -> None:
        verdict = ids.decided(action["action_id"])
        decided = await decide(services, body, int(action["value"]), verdict=verdict)
        await ack()
        await show_in_place(decided, services, body=body, respond=respond, client=client)

    @app.action(ids.REJECT_AS)
    async def reject_as(
        ack: AsyncAck,
        action: dict[str, Any],
        body: dict[str, Any],
        respond: AsyncRespond,
        client: AsyncWebClient,
    ) -> None:
        case_id, label = ids.choice(action["selected_option"]["value"])
        if label == ANOTHER_LABEL:
            case, use_case = await services.find(case_id)
            await services.require_decider(actor_of(body), case, use_case)
            await open_modal(client, body, label_form(case, use_case=use_case))
            await ack()
            return
        decided = await decide(services, body, case_id, verdict=Verdict.REJECT, label=label)
        await ack()
        await show_in_place(decided, services, body=body, respond=respond, client=client)

    @app.view(ids.LABEL_FORM)
    async def reject_with_form(ack: AsyncAck, body: dict[str, Any]) -> None:
        case_id, label = ids.choice(ids.answer(body["view"])["selected_option"]["value"])
        await decide(services, body, case_id, verdict=Verdict.REJECT, label=label)
        await ack()


async def decide(
    services: SlackServices,
    body: dict[str, Any],
    case_id: int,
    *,
    verdict: Verdict,
    label: str | None = None,
) -> Case:
    """The case with the actor's vote stored; raises what the vote is refused with."""
    case, use_case = await services.find(case_id)
    actor = actor_of(body)
    await services.require_decider(actor, case, use_case)
    return await services.database.write(
        lambda tx: vote(
            tx,
            case.id,
            verdict=verdict,
            label=label,
            reviewer=actor.user_id,
            use_case=use_case,
            response_url=way_back(body),
        )
    )
