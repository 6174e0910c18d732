"""A proposal has a message in its use case's channel, which shows how far it is."""

from dataclasses import dataclass

from hitl.storage.database import Transaction
from hitl.storage.outbox import UPDATES_LANE, Kind, Parcel, Sending, posts_lane, put, settle
from hitl.storage.policy_changes import Change, change_by_id, record_change_place
from hitl.storage.running_policy import stored_policy
from hitl.storage.slack_copies import Place


@dataclass(frozen=True, slots=True)
class PostedProposal:
    """A proposal's message, posted."""

    id: int
    place: Place


def show_proposal(tx: Transaction, change_id: int) -> Change:
    """The message must show the change as it is when its turn comes; the change."""
    change = change_by_id(tx.connection, change_id)
    policy = stored_policy(tx.connection).policy
    use_case = None if policy is None else policy.use_cases.get(change.use_case)
    if use_case is not None:
        put(
            tx,
            kind=Kind.PROPOSAL,
            stream=f"policy:{change_id}",
            lane=posts_lane(use_case.channel) if change.place is None else UPDATES_LANE,
            use_case=change.use_case,
            payload={"change": change_id, "channel": use_case.channel},
        )
    return change


def record_proposal_posted(tx: Transaction, parcel: Parcel, posted: PostedProposal) -> bool:
    """Settle the parcel as sent and keep the place; False when its lease had passed on."""
    if not settle(tx, parcel, state=Sending.SENT):
        return False
    record_change_place(tx, posted.id, posted.place)
    return True
