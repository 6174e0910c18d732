"""How Slack's requests reach the app: over a socket we open, or over HTTP with a signature."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import ClientError
from fastapi import APIRouter, Request
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import PlainTextResponse, Response

log = logging.getLogger(__name__)


def slack_route(app: AsyncApp) -> APIRouter:
    """``POST /slack/events``: everything Slack sends; the app checks the signature."""
    router = APIRouter()
    handler = AsyncSlackRequestHandler(app)

    @router.post("/slack/events", include_in_schema=False)
    async def events(request: Request) -> Response:
        try:
            (await request.body()).decode()
        except UnicodeDecodeError:
            # Bolt would fail on it before it looks at the signature.
            return PlainTextResponse("the body is not UTF-8", 400)
        return await handler.handle(request)

    return router


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
