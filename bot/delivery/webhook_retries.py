"""What a webhook that failed leaves in the outbox: another try, or a dead letter that is told."""

from datetime import timedelta
from urllib.parse import urlsplit

from bot.delivery.troubles import Treatment, Trouble
from hitl.learning.runs import note_untold_yet, record_untold
from hitl.policy import InForce
from hitl.storage import outbox
from hitl.storage.database import Transaction
from hitl.storage.outbox import Parcel, Sending, settle
from hitl.storage.pacing import Rate, hold, once_each

PAUSES = tuple(
    timedelta(seconds=seconds)
    for seconds in (5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400)
)
"""After the first try, the second and so on: Standard Webhooks' own example, three days in all."""
_JITTER = 0.2
_GIVE_UP_AFTER = timedelta(days=4)
"""Of a receiver that asks for another wait each time."""
_BREATHER = timedelta(seconds=30)
"""Nothing goes to a server for so long that can't be reached or is overloaded."""
_TELL_EVERY = timedelta(hours=1)

_LANE = Rate(interval=timedelta(milliseconds=10), burst=8, most_out=8)


def webhook_rates(lane: str) -> Rate:  # noqa: ARG001 - the same for every server
    """At most 8 requests at once to a server, so that a slow one leaves room for the others."""
    return _LANE


def settle_webhook_trouble(
    tx: Transaction, parcel: Parcel, trouble: Trouble, *, chance: float, policy: InForce
) -> Sending:
    """Put the parcel back until its next try, or away for good with a word to the channel."""
    pause = _pause(tx, parcel, trouble, chance=chance)
    if pause is None:
        if settle(tx, parcel, state=Sending.DEAD, error=str(trouble)):
            _give_up(tx, parcel, trouble, policy=policy)
        return Sending.DEAD
    if trouble.treatment is Treatment.WAIT:
        hold(tx, parcel.lane, until=tx.now + pause)
    elif trouble.treatment is Treatment.RETRY:
        hold(tx, parcel.lane, until=tx.now + _BREATHER)
    settled = settle(
        tx,
        parcel,
        state=Sending.WAITING,
        error=str(trouble),
        retry_at=tx.now + pause,
        counts=trouble.treatment is not Treatment.WAIT,
    )
    if settled and parcel.kind is outbox.Kind.LABELS_READY:
        note_untold_yet(tx, parcel, str(trouble))
    return Sending.WAITING


def _pause(tx: Transaction, parcel: Parcel, trouble: Trouble, *, chance: float) -> timedelta | None:
    if trouble.treatment is Treatment.BURY or tx.now - parcel.created_at > _GIVE_UP_AFTER:
        return None
    if trouble.treatment is Treatment.WAIT:
        return trouble.retry_after
    if parcel.attempts > len(PAUSES):
        return None
    return PAUSES[parcel.attempts - 1] * (1 + _JITTER * chance)


def _give_up(tx: Transaction, parcel: Parcel, trouble: Trouble, *, policy: InForce) -> None:
    if parcel.kind is outbox.Kind.LABELS_READY:
        use_case = policy.use_cases.get(parcel.use_case)
        channel = None if use_case is None else use_case.channel
        record_untold(tx, parcel, str(trouble), channel=channel)
    else:
        _tell(tx, parcel, trouble, policy=policy)


def _tell(tx: Transaction, parcel: Parcel, trouble: Trouble, *, policy: InForce) -> None:
    """Once an hour for each target; a use case that left the policy has no channel any more."""
    use_case = policy.use_cases.get(parcel.use_case)
    target = parcel.payload["target"]
    if use_case is None or not once_each(tx, f"notice/{target}", every=_TELL_EVERY):
        return
    outbox.put(
        tx,
        kind=outbox.Kind.NOTICE,
        stream=f"notice:{parcel.use_case}",
        lane=outbox.posts_lane(use_case.channel),
        case_id=parcel.case_id,
        use_case=parcel.use_case,
        payload={
            "channel": use_case.channel,
            "says": "webhook_failed",
            # The rest of the address may hold a secret.
            "server": urlsplit(target).netloc,
            "event": parcel.payload["body"]["type"],
            "why": str(trouble),
        },
    )
