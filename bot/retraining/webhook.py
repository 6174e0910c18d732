"""Telling a server that there are labels to learn from; it fetches them by their cursor."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import aiohttp

from bot.delivery.webhook_signing import signed_headers
from bot.outgoing.client import Outgoing
from hitl.learning.runs import Ended, Run, RunState
from hitl.storage.database import Clock


@dataclass(frozen=True, slots=True)
class Caller:
    """What telling a server works with; without keys nothing is sent."""

    client: Outgoing
    keys: Sequence[bytes]
    clock: Clock


async def call_webhook(
    caller: Caller | None, url: str, *, run: Run, manifest: Mapping[str, Any]
) -> Ended:
    """One signed request; a 2xx is success, whatever becomes of the labels then."""
    if caller is None or not caller.keys:
        return Ended(RunState.FAILED, "HITL_WEBHOOK_SECRETS is not set: nothing can be signed")
    document = {"type": "labels.ready", "timestamp": manifest["made_at"], "data": dict(manifest)}
    body = json.dumps(document, separators=(",", ":")).encode()
    signed = signed_headers(
        body, message_id=f"msg_retrain_{run.id}", at=caller.clock(), keys=caller.keys
    )
    headers = {"Content-Type": "application/json", "User-Agent": "hitl-webhooks"} | signed
    try:
        async with caller.client.post(url, content=body, headers=headers) as answer:
            status = answer.status
    except (aiohttp.ClientError, OSError) as error:
        cause = getattr(error, "os_error", error)
        # An error's own words may hold the address with whatever secret is in it.
        return Ended(RunState.FAILED, f"the webhook was not reached ({type(cause).__name__})")
    if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        return Ended(RunState.SUCCEEDED, f"the webhook answered {status}")
    return Ended(RunState.FAILED, f"the webhook answered {status}")
