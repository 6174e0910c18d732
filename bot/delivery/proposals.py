"""Posting a proposed policy, and making its message show how far it is."""

from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.mentions import mentions
from bot.delivery.posting import Rendering, channels_for, post, rendered
from bot.delivery.reconcile import find_posted
from bot.delivery.rewriting import shown_again
from bot.slack.cards.proposed_policy import proposal_message
from hitl.review.policy_messages import PostedProposal
from hitl.storage.outbox import Parcel
from hitl.storage.policy_changes import Change, change_by_id


async def show_proposal(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    """Post or rewrite it as it is at this moment; raises ``Trouble``."""
    change = await desk.database.read(lambda c: change_by_id(c, parcel.payload["change"]))
    use_case = desk.use_case(parcel)
    called = {
        office: await mentions(desk, [named], use_case=use_case)
        for office, named in change.approvers.items()
    }
    render = rendered(proposal_message(change, called=called))
    if await shown_again(desk, change.place, render):
        return Sent()
    # Also where somebody deleted it: nobody could sign, nor see what came of it.
    return await _post(desk, parcel, change, render)


async def _post(desk: Desk, parcel: Parcel, change: Change, render: Rendering) -> Sent | Skipped:
    use_case = desk.use_case(parcel)
    channels = channels_for(parcel, use_case)
    place = await find_posted(desk, parcel, channels=channels)
    if place is None:
        shared = use_case.allow_shared_channel
        place = await post(desk, parcel, render, channels=channels, allow_shared=shared)
    return Sent(PostedProposal(change.id, place))
