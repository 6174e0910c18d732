"""Someone signs a proposed policy for their office, or withdraws it."""

import re
from datetime import timedelta
from functools import partial
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.kwargs_injection.async_args import AsyncArgs

from bot.slack import ids
from bot.slack.cards.policy import policy_message
from bot.slack.cards.proposed_policy import withdraw_proposal_form
from bot.slack.people import Actor, actor_of
from bot.slack.reading import policies
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from bot.slack.showing import open_modal
from hitl.policy import UseCase
from hitl.review import ProposalEnded, sign_change, withdraw_change
from hitl.storage.moments import EPOCH
from hitl.storage.policy_changes import Change, ChangeState, change_by_id

_CLOCKS_APART = timedelta(minutes=10)


def register(app: AsyncApp, services: SlackServices) -> None:
    """Listen for the buttons under a proposal and for the form to withdraw it."""

    @app.action(re.compile(ids.SIGN_PATTERN))
    async def sign(args: AsyncArgs, action: dict[str, Any]) -> None:
        change_id, office = ids.signed(action["value"])
        change, use_case = await _find(services, change_id)
        _require_own_message(args.body, change)
        actor = actor_of(args.body)
        named = change.approvers.get(office)
        if named is not None:  # else the verb says that there is no such office
            await services.people.require_approver(actor, use_case, office=office, named=named)
        await services.database.write(
            lambda tx: sign_change(tx, change_id, office=office, by=actor.user_id)
        )
        await args.ack()
        if _is_private(args.body):  # delivery rewrites the channel's message, and this one nobody
            shown = policy_message(await policies(services, use_case.name))
            await args.respond(text=shown.text, blocks=shown.blocks, replace_original=True)

    @app.action(ids.WITHDRAW_PROPOSAL)
    async def ask_why(args: AsyncArgs, action: dict[str, Any]) -> None:
        change_id, _ = ids.signed(action["value"])
        change, use_case = await _find(services, change_id)
        _require_own_message(args.body, change)
        await _require_withdrawer(services, actor_of(args.body), change, use_case)
        if change.state is not ChangeState.PROPOSED:
            raise ProposalEnded(change)
        await open_modal(args.client, args.body, withdraw_proposal_form(change))
        await args.ack()

    @app.view(ids.WITHDRAW_PROPOSAL_FORM)
    async def withdraw(ack: AsyncAck, body: dict[str, Any]) -> None:
        change, use_case = await _find(services, ids.case_of(body["view"]))
        actor = actor_of(body)
        await _require_withdrawer(services, actor, change, use_case)
        reason = (ids.answer(body["view"])["value"] or "").strip()
        if not reason:
            block = ids.input_block(ids.WITHDRAW_PROPOSAL_FORM, change.id)
            await ack(response_action="errors", errors={block: "Say why."})
            return
        await services.database.write(
            lambda tx: withdraw_change(tx, change.id, by=actor.user_id, reason=reason)
        )
        await ack()


async def _find(services: SlackServices, change_id: int) -> tuple[Change, UseCase]:
    change = await services.database.read(partial(change_by_id, change_id=change_id))
    return change, services.policy.use_case(change.use_case)


async def _require_withdrawer(
    services: SlackServices, actor: Actor, change: Change, use_case: UseCase
) -> None:
    """Whoever asked for it, has to sign it, or leads the use case; raises ``Refusal``."""
    named = (change.by, *change.approvers.values(), *use_case.leads)
    await services.people.require_proposal_withdrawer(actor, use_case, named=named)


def _is_private(body: dict[str, Any]) -> bool:
    """Whether it was clicked in an answer to ``/hitl policy``, which is as old as its session."""
    return bool((body.get("container") or {}).get("is_ephemeral"))


def _require_own_message(body: dict[str, Any], change: Change) -> None:
    """A message from before a restore names a number that is another proposal's now."""
    container = body.get("container") or {}
    if container.get("type") != "message" or _is_private(body):
        return
    ts = container["message_ts"]
    if change.place is not None:
        is_own = change.place.ts == ts
    else:
        is_own = EPOCH + timedelta(seconds=float(ts)) > change.asked_at - _CLOCKS_APART
    if not is_own:
        raise Refusal(
            "This message was made before the database was restored, or has been posted anew:"
            f" look for the newest message of a policy change for {change.use_case}."
        )
