"""Sending one parcel to Slack, whatever its kind."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from functools import partial

from bot.delivery.adjudicators import ask_adjudicator, find_adjudicators
from bot.delivery.desk import Desk, Queued, Sent, Skipped, case_id_of
from bot.delivery.digests import post_digest
from bot.delivery.direct import tell_directly
from bot.delivery.file_removal import remove_files
from bot.delivery.monthly import post_monthly
from bot.delivery.notices import notice_message
from bot.delivery.once import post_once
from bot.delivery.pictures import upload_pictures, uploaded_pictures
from bot.delivery.posting import channels_for, post
from bot.delivery.proposals import show_proposal
from bot.delivery.questions import show_question
from bot.delivery.queue_card import show_queue_card
from bot.delivery.reconcile import find_posted
from bot.delivery.replies import reply
from bot.delivery.rewriting import rewrite_card
from bot.slack.cards.case import case_card
from bot.slack.message import Message
from hitl.blindness import as_seen, awaits_people
from hitl.reports.precedents import AT_LEISURE
from hitl.review.posted import How, PostedCard
from hitl.review.queueing import goes_into_queue
from hitl.storage.outbox import Kind, Parcel
from hitl.storage.queries import case_by_id
from hitl.storage.queue_cards import IN_THE_QUEUE
from hitl.storage.slack_copies import card_place


async def send_to_slack(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    """Send it, or say why nothing was to be sent; raises ``Trouble``."""
    return await _SENDERS[parcel.kind](desk, parcel)


async def _post_card(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    case_id = case_id_of(parcel)
    in_force = desk.policy.use_cases.get(parcel.use_case)
    case, place, is_queued = await desk.database.read(
        lambda c: (
            case_by_id(c, case_id),
            card_place(c, case_id),
            in_force is not None
            and goes_into_queue(c, use_case=in_force, channel=parcel.payload["channel"]),
        )
    )
    if place is not None:
        return Skipped("its card is posted already")
    use_case = desk.use_case(parcel)
    channels = channels_for(parcel, use_case)
    # Looked for before anything else: also a case that was closed since needs its card found,
    # or its buttons would stay.
    found = await find_posted(desk, parcel, channels=channels)
    if found is not None:
        return Sent(PostedCard(case_id, found, How.FOUND))
    if not awaits_people(case):
        return Skipped(f"the case is {as_seen(case).state} already")
    if is_queued:
        return Queued(IN_THE_QUEUE, use_case, channels[0])
    files, similar = await asyncio.gather(
        uploaded_pictures(desk, parcel, case),
        desk.precedents.of(case, within=AT_LEISURE),
    )
    now = desk.database.now()
    render = partial(case_card, case, use_case=use_case, now=now, files=files, precedents=similar)
    shared = use_case.allow_shared_channel
    place = await post(desk, parcel, render, channels=channels, allow_shared=shared)
    how = How.SENT if parcel.in_doubt_since is None else How.SENT_AGAIN
    return Sent(PostedCard(case_id, place, how))


async def _update_card(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    return await rewrite_card(desk, parcel, case_id=case_id_of(parcel))


async def _upload_pictures(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    await upload_pictures(desk, parcel, case_id=case_id_of(parcel))
    return Sent()


async def _reply(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    return await reply(desk, parcel, case_id=case_id_of(parcel))


async def _find_adjudicators(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    return await find_adjudicators(desk, parcel, case_id=case_id_of(parcel))


async def _ask_adjudicator(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    return await ask_adjudicator(desk, parcel, case_id=case_id_of(parcel))


async def _post_notice(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    async def message() -> Message:
        return notice_message(parcel)

    return await post_once(desk, parcel, message)


async def _ask(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    return await show_question(desk, parcel, case_id=case_id_of(parcel))


_SENDERS: Mapping[Kind, Callable[[Desk, Parcel], Awaitable[Sent | Skipped]]] = {
    Kind.CARD_POST: _post_card,
    Kind.CARD_UPDATE: _update_card,
    Kind.THREAD_REPLY: _reply,
    Kind.DIGEST: post_digest,
    Kind.MONTHLY: post_monthly,
    Kind.QUEUE_CARD: show_queue_card,
    Kind.NOTICE: _post_notice,
    Kind.DIRECT: tell_directly,
    Kind.PROPOSAL: show_proposal,
    Kind.ADJUDICATORS: _find_adjudicators,
    Kind.ADJUDICATOR: _ask_adjudicator,
    Kind.PICTURES: _upload_pictures,
    Kind.FILE_REMOVAL: remove_files,
    Kind.QUESTION: _ask,
}
