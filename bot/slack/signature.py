"""Whether an HTTP request is Slack's: Bolt's own check fails on junk and logs what it refuses."""

from collections.abc import Awaitable, Callable

from slack_bolt import BoltResponse
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.signature import SignatureVerifier

_Next = Callable[[], Awaitable[BoltResponse]]


def signature_check(signing_secret: str | None) -> Callable[..., Awaitable[BoltResponse]]:
    """A Bolt middleware that answers 401 to what is unsigned, older than 5 minutes or altered.

    Without a secret nothing is taken over HTTP. Socket Mode needs no signature: we opened it.
    """
    verifier = SignatureVerifier(signing_secret) if signing_secret else None

    async def check(req: AsyncBoltRequest, next_: _Next) -> BoltResponse:
        if req.mode == "socket_mode" or (verifier is not None and _is_genuine(req, verifier)):
            return await next_()
        return BoltResponse(status=401, body={"error": "the request is not signed by Slack"})

    return check


def _is_genuine(request: AsyncBoltRequest, verifier: SignatureVerifier) -> bool:
    timestamp = _header(request, "x-slack-request-timestamp")
    signature = _header(request, "x-slack-signature")
    # The verifier raises on anything else.
    if not timestamp.isdecimal() or not signature.isascii():
        return False
    return verifier.is_valid(request.raw_body, timestamp, signature)


def _header(request: AsyncBoltRequest, name: str) -> str:
    return next(iter(request.headers.get(name, [])), "")
