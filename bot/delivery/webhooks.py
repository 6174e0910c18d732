"""From the outbox to a caller's server, signed; what its answer means for the parcel."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus

import aiohttp

from bot.delivery.desk import Sent
from bot.delivery.posting import delivery_key
from bot.delivery.troubles import Treatment, Trouble
from bot.delivery.webhook_signing import signed_headers
from bot.outgoing.client import AddressRefused, Outgoing
from hitl.learning.runs import ToldServer
from hitl.storage.database import Clock
from hitl.storage.outbox import Kind, Parcel

ANSWER_WITHIN = timedelta(seconds=20)
"""Standard Webhooks: 15 to 30 s."""
_SHORTEST_WAIT, _LONGEST_WAIT = timedelta(seconds=1), timedelta(days=1)
_THROTTLES = frozenset(
    {
        HTTPStatus.TOO_MANY_REQUESTS,
        HTTPStatus.BAD_GATEWAY,
        HTTPStatus.SERVICE_UNAVAILABLE,
        HTTPStatus.GATEWAY_TIMEOUT,
    }
)


@dataclass(frozen=True, slots=True)
class WebhookDesk:
    """What sending to callers works with."""

    client: Outgoing
    keys: Sequence[bytes]
    """The newest first; with none, nothing is sent."""
    clock: Clock


async def send_webhook(desk: WebhookDesk, parcel: Parcel) -> Sent:
    """Send it; raises ``Trouble`` for every answer but 2xx, and for none."""
    if not desk.keys:
        raise Trouble(Treatment.BURY, "HITL_WEBHOOK_SECRETS is not set: nothing can be signed")
    body = json.dumps(parcel.payload["body"], separators=(",", ":")).encode()
    signed = signed_headers(
        body, message_id=f"msg_{delivery_key(parcel)}", at=desk.clock(), keys=desk.keys
    )
    headers = {"Content-Type": "application/json", "User-Agent": "hitl-webhooks"} | signed
    try:
        # The status is the whole answer: nothing of its body is read, kept or logged.
        async with desk.client.post(
            parcel.payload["target"], content=body, headers=headers
        ) as answer:
            status, retry_after = answer.status, answer.headers.get("Retry-After")
    except (aiohttp.ClientError, OSError) as error:
        raise _of_error(error) from error
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return _sent(parcel, status)
    raise _of_status(status, _wait(retry_after, now=desk.clock()))


def _sent(parcel: Parcel, status: int) -> Sent:
    if parcel.kind is not Kind.LABELS_READY:
        return Sent()
    return Sent(ToldServer(parcel.payload["run"], f"the webhook answered {status}"))


def _of_error(error: aiohttp.ClientError | OSError) -> Trouble:
    cause = getattr(error, "os_error", error)  # which only some connector errors have
    if isinstance(cause, AddressRefused):
        return Trouble(Treatment.BURY, str(cause))
    # An error's own words may hold the address with whatever secret is in it.
    kind = type(cause).__name__
    if isinstance(error, aiohttp.ClientConnectorError | aiohttp.ConnectionTimeoutError):
        return Trouble(Treatment.RETRY, f"not reached ({kind})")
    return Trouble(Treatment.POSTPONE, f"no answer ({kind})")


def _of_status(status: int, wait: timedelta | None) -> Trouble:
    words = f"answered {status}"
    if status == HTTPStatus.GONE:
        return Trouble(Treatment.BURY, words)
    if status not in _THROTTLES:
        return Trouble(Treatment.POSTPONE, words)
    if wait is None:
        return Trouble(Treatment.RETRY, words)
    return Trouble(Treatment.WAIT, words, retry_after=wait)


def _wait(retry_after: str | None, *, now: datetime) -> timedelta | None:
    """Seconds or an HTTP date, as RFC 9110 has them; None for neither."""
    if retry_after is None:
        return None
    try:
        if retry_after.isdecimal():
            wait = timedelta(seconds=int(retry_after))
        else:
            wait = parsedate_to_datetime(retry_after) - now
    except (ValueError, OverflowError, TypeError):  # no number, too large, or a date without zone
        return None
    return min(max(wait, _SHORTEST_WAIT), _LONGEST_WAIT)
