"""How Slack's requests reach the app: over a socket we open, or over HTTP with a signature."""

import asyncio
import json
import logging
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from aiohttp import ClientError
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import to_starlette_response
from slack_bolt.async_app import AsyncApp
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from yarl import query_to_pairs

from bot.slack.signature import is_genuine
from bot.slack.thread_events import is_by_a_program

log = logging.getLogger(__name__)
_MOST_BODY = 1024 * 1024
"""Slack's views are 250 kB at most, and its payloads little more."""
_FORM = "application/x-www-form-urlencoded"
_NO_SENSE = (ValueError, RecursionError, TypeError, AttributeError, LookupError)
"""What Bolt's reading of a body raises where it is not as Slack writes them."""


def slack_route(app: AsyncApp, *, signing_secret: str | None) -> Route:
    """``POST /slack/events``: what Slack signed goes to the app, anything else goes no further.

    413 above 1 MiB, 401 for what is unsigned, older than 5 minutes or altered, 400 for what is
    signed and still makes no sense. Without a secret nothing is taken over HTTP.
    """

    async def events(request: Request) -> Response:
        body = await _read(request)
        if body is None:
            return PlainTextResponse("the body is too large", 413)
        # Before anything is parsed: what strangers send is bytes, and stays so.
        if not signing_secret or not is_genuine(
            body, request.headers, secret=signing_secret, now=time.time()
        ):
            return PlainTextResponse("the request is not signed by Slack", 401)
        try:
            if _is_echo(body):
                return Response()
            asked = _asked(request, body)
        except _NO_SENSE:
            return PlainTextResponse("the body makes no sense", 400)
        return to_starlette_response(await app.async_dispatch(asked))

    return Route("/slack/events", events, methods=["POST"], include_in_schema=False)


def _is_echo(body: bytes) -> bool:
    """Whether Slack tells of a program's message: of each card and each of its changes."""
    return (
        b'"bot_id"' in body
        and body.startswith(b"{")
        and is_by_a_program(json.loads(body).get("event") or {})
    )


def _asked(request: Request, body: bytes) -> AsyncBoltRequest:
    """As Bolt's own adapter makes it, but for the reading of forms.

    Bolt takes ten times as long for what was clicked, a form whose one field is JSON with all that
    was shown; and it takes a command with "payload" in its words for such a form.
    """
    headers: dict[str, str | Sequence[str]] = dict(request.headers)
    text = body.decode()
    if not text.startswith("{") and request.headers.get("content-type", "").startswith(_FORM):
        fields = dict(query_to_pairs(text))
        text = fields.get("payload") or json.dumps(fields)
        headers["content-type"] = "application/json"
    return AsyncBoltRequest(body=text, query=dict(request.query_params), headers=headers)


async def _read(request: Request) -> bytes | None:
    """The body as it came; None for one that is longer than any of Slack's."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > _MOST_BODY:
            return None
    return bytes(body)


@asynccontextmanager
async def socket_mode(app: AsyncApp, client: AsyncWebClient) -> AsyncIterator[None]:
    """Stay connected to Slack while the block runs; ``client`` carries the app-level token."""
    handler = AsyncSocketModeHandler(
        app, app_token=client.token, web_client=client, logger=_without_tracebacks()
    )
    # The SDK tries again by itself, for as long as Slack can't be reached.
    connecting = asyncio.create_task(handler.connect_async())  # type: ignore[no-untyped-call]
    try:
        yield
    finally:
        connecting.cancel()
        await handler.close_async()  # type: ignore[no-untyped-call]


def _without_tracebacks() -> logging.Logger:
    """For the SDK, which would print fifty lines each time Slack can't be reached."""
    quiet = logging.getLogger(f"{__name__}.socket")
    quiet.setLevel(logging.WARNING)
    quiet.filters = [_first_line_only]
    return quiet


def _first_line_only(record: logging.LogRecord) -> bool:
    record.exc_info = None
    return True


async def introduce(client: AsyncWebClient) -> None:
    """Say in the log as whom Slack knows the app, or why it does not."""
    try:
        known = await client.auth_test()
    except SlackApiError as error:
        log.error(  # noqa: TRY400 - what Slack said is all there is to know
            "Slack refuses SLACK_BOT_TOKEN: %s. Cases are taken, cards wait.",
            error.response.get("error"),
        )
    except (ClientError, OSError, TimeoutError) as error:
        log.warning("Slack can't be reached (%s). Cases are taken, cards wait.", error)
    else:
        log.info("Connected to Slack as @%s in %s.", known.get("user"), known.get("team"))
