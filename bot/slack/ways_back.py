"""Where an answer may be sent: to Slack, and nowhere else that a request may name."""

import logging
from collections.abc import Awaitable, Callable
from http import HTTPStatus
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from slack_bolt import BoltResponse
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.message import Message

if TYPE_CHECKING:
    from aiohttp import ClientSession

log = logging.getLogger(__name__)
_Origin = tuple[str, str | None, int | None]
_SLACK = ("https", "hooks.slack.com", None)


class WaysBack(AsyncMiddleware):
    """Answers 400 to a request whose ``response_url`` is not Slack's.

    Every request is verified by now: its signature over HTTP, our own connection over a socket.
    So its words are Slack's own, and the listeners, the error edge and delivery post to its
    ``response_url`` without asking again. That is the one word of it that sends the app
    somewhere, and the only one checked here: a leaked signing secret must not open the network
    behind the app.
    """

    def __init__(self, api_url: str) -> None:
        """``api_url`` is where Slack's methods are.

        A workspace on another server, or Slack's own for governments, answers at the same origin
        or at ``hooks.`` before its host.
        """
        scheme, host, port = _origin(api_url)
        self._known = {_SLACK, (scheme, host, port), (scheme, f"hooks.{host}", port)}

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,  # noqa: ARG002 - Bolt's interface
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - the same
    ) -> BoltResponse:
        """Go on where the way back is Slack's, or there is none."""
        url = req.context.get("response_url")
        if url is None or _origin(url) in self._known:
            return await next()
        log.warning(
            "A request was refused: the place for its answer is not Slack's.",
            extra={"key": "slack.foreign_way_back"},
        )
        return BoltResponse(status=400, body={"error": "the response_url is not Slack's"})


async def answer(url: str, message: Message, *, client: AsyncWebClient, **options: Any) -> str:
    """Send it there over the client's connections; what Slack says to that, nothing if it refuses.

    Once and as it is: slack_sdk's own client for this takes half as long again, and has nothing to
    add, for what fails is not sent a second time. Raises what aiohttp does, and TimeoutError.
    """
    body = {"text": message.text, "blocks": message.blocks, **options}
    session = cast("ClientSession", client.session)  # given to it where the app is put together
    async with session.post(
        url, json=body, proxy=client.proxy, ssl=client.ssl or True, allow_redirects=False
    ) as said:
        # What is no text comes from a server in between, in a bad hour.
        return await said.text(errors="replace") if said.status == HTTPStatus.OK else ""


def _origin(url: object) -> _Origin:
    """Scheme, host and port; nowhere for what is no address."""
    try:
        parts = urlsplit(str(url))
        port = parts.port
    except ValueError:
        return "", None, None
    return parts.scheme, parts.hostname, port
