"""Posting a queue card, and making it show what waits now."""

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.posting import Rendering, channels_for, post, rendered
from bot.delivery.reconcile import find_posted
from bot.delivery.rewriting import shown_again
from bot.slack.cards.queue_card import queue_card_message
from hitl.reports.stats import queue
from hitl.review.queueing import PostedQueueCard
from hitl.storage.outbox import Parcel
from hitl.storage.queue_cards import QueueCard, queue_card


async def show_queue_card(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    """Post or rewrite it with the numbers of this moment; raises ``Trouble``."""
    use_case = desk.use_case(parcel)
    card, waiting = await desk.database.read(
        lambda c: (queue_card(c, parcel.payload["queue_card"]), queue(c, use_case=use_case.name))
    )
    render = rendered(queue_card_message(waiting, use_case=use_case, is_open=card.is_open))
    if await shown_again(desk, card.place, render):
        return Sent()
    # Also where somebody deleted it: nobody would know what waits.
    return await _post(desk, parcel, card, render)


async def _post(desk: Desk, parcel: Parcel, card: QueueCard, render: Rendering) -> Sent | Skipped:
    use_case = desk.use_case(parcel)
    channels = channels_for(parcel, use_case)
    place = await find_posted(desk, parcel, channels=channels)
    if place is None:
        if not card.is_open:
            return Skipped("the queue has drained")
        shared = use_case.allow_shared_channel
        place = await post(desk, parcel, render, channels=channels, allow_shared=shared)
    return Sent(PostedQueueCard(card.id, place))
