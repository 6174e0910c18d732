"""Someone decides a case: stored first, then acknowledged, then shown."""

import re
from collections.abc import Awaitable
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack import ids
from bot.slack.cards.actions import ANOTHER_LABEL
from bot.slack.cards.forms import label_form
from bot.slack.errors import in_words
from bot.slack.older_cards import OUTLINE
from bot.slack.people import actor_of
from bot.slack.reviewing import go_on, is_in_review, outcome_said
from bot.slack.services import SlackServices
from bot.slack.showing import open_form, show_in_place, way_back
from bot.slack.undoing import offer_undo
from hitl.cases import Case
from hitl.review import AlreadyDecided, CaseWithdrawn, vote
from hitl.storage.outlines import Outline
from hitl.vocabulary import Verdict


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the verdict buttons, the menu of labels, and its form."""

    @app.action(re.compile(ids.DECIDE_PATTERN))
    async def press(args: AsyncArgs, action: dict[str, Any]) -> None:
        verdict = ids.decided(action["action_id"])
        await _decide_on_card(services, args, int(action["value"]), verdict=verdict)

    @app.action(re.compile(ids.LABEL_PATTERN))
    async def press_label(args: AsyncArgs, action: dict[str, Any]) -> None:
        case_id, label = ids.choice(action["value"])
        await _decide_on_card(services, args, case_id, label=label)

    @app.action(ids.CHOOSE)
    @app.action(ids.REJECT_AS)
    async def reject_as(args: AsyncArgs, action: dict[str, Any]) -> None:
        case_id, label = ids.choice(action["selected_option"]["value"])
        if label == ANOTHER_LABEL:
            case, use_case = await services.find(case_id)
            await services.require_decider(actor_of(args.body), case, use_case)
            await open_form(args.client, args.body, label_form(case, use_case=use_case))
            await args.ack()
            return
        verdict = Verdict.REJECT if action["action_id"] == ids.REJECT_AS else None
        await _decide_on_card(services, args, case_id, verdict=verdict, label=label)

    @app.view(ids.LABEL_FORM)
    async def reject_with_form(ack: AsyncAck, body: dict[str, Any], client: AsyncWebClient) -> None:
        case_id, label = ids.choice(ids.answer(body["view"])["selected_option"]["value"])
        deciding = decide(services, body, case_id, verdict=Verdict.REJECT, label=label)
        if is_in_review(body):
            said = await _said(services, deciding, body)
            await ack()
            await go_on(services, client, body, said=said)
        else:
            await deciding
            await ack()


async def _decide_on_card(
    services: SlackServices,
    args: AsyncArgs,
    case_id: int,
    *,
    verdict: Verdict | None = None,
    label: str | None = None,
) -> None:
    """Decide, and show it on the card that was clicked; review mode goes on to the next."""
    body = args.body
    known = args.context.get(OUTLINE)
    deciding = decide(services, body, case_id, verdict=verdict, label=label, known=known)
    if is_in_review(body):
        said = await _said(services, deciding, body)
        await args.ack()
        await go_on(services, args.client, body, said=said)
    else:
        decided = await deciding
        await args.ack()
        await show_in_place(decided, services, body=body, respond=args.respond, client=args.client)
        offer_undo(decided, services, body=body)


async def _said(services: SlackServices, deciding: Awaitable[Case], body: dict[str, Any]) -> str:
    """What became of the case, also where somebody else was faster."""
    try:
        decided = await deciding
    except CaseWithdrawn as too_late:
        return await in_words(too_late, services)
    except AlreadyDecided as too_late:
        if too_late.outcome.reviewer != actor_of(body).user_id:
            return await in_words(too_late, services)
        # Slack delivered their own press twice, or the modal had not been brought up to date.
        decided, _ = await services.find(too_late.case_id)
    return outcome_said(decided, use_case=services.policy.use_case(decided.use_case))


async def decide(
    services: SlackServices,
    body: dict[str, Any],
    case_id: int,
    *,
    verdict: Verdict | None = None,
    label: str | None = None,
    known: Outline | None = None,
) -> Case:
    """The case with what the actor said stored; raises what that is refused with.

    ``known`` is its outline where it was read for this very press.
    """
    if known is None or known.id != case_id:
        known = await services.outline(case_id)
    use_case = services.policy.use_case(known.use_case)
    actor = actor_of(body)
    await services.require_decider(actor, known, use_case)
    return await services.database.write(
        lambda tx: vote(
            tx,
            case_id,
            verdict=verdict,
            label=label,
            reviewer=actor.user_id,
            use_case=use_case,
            response_url=way_back(body),
        )
    )
