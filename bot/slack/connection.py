"""How Slack's requests reach the app: over a socket we open, or over HTTP with a signature."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import APIRouter, Request
from slack_bolt.adapter.fastapi.async_handler import AsyncSlackRequestHandler
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient
from starlette.responses import Response

logger = logging.getLogger(__name__)

_FIRST_RETRY = 1.0
_LONGEST_RETRY = 30.0


def slack_route(app: AsyncApp) -> APIRouter:
    """``POST /slack/events``: everything Slack sends; the app checks the signature."""
    router = APIRouter()
    handler = AsyncSlackRequestHandler(app)

    @router.post("/slack/events", include_in_schema=False)
    async def events(request: Request) -> Response:
        return await handler.handle(request)

    return router


@asynccontextmanager
async def socket_mode(app: AsyncApp, client: AsyncWebClient) -> AsyncIterator[None]:
    """Stay connected to Slack while the block runs; ``client`` carries the app-level token."""
    handler = AsyncSocketModeHandler(app, app_token=client.token, web_client=client)
    connecting = asyncio.create_task(_connect(handler))
    try:
        yield
    finally:
        connecting.cancel()
        await handler.close_async()  # type: ignore[no-untyped-call]


async def _connect(handler: AsyncSocketModeHandler) -> None:
    """Connect, however long Slack can't be reached; once connected the SDK reconnects by itself."""
    pause = _FIRST_RETRY
    while True:
        try:
            await handler.connect_async()  # type: ignore[no-untyped-call]
        except Exception as error:  # noqa: BLE001 - cases must be taken whatever is wrong with Slack
            logger.warning("Slack's socket can't be opened, trying again: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LONGEST_RETRY)
        else:
            logger.info("Connected to Slack by Socket Mode.")
            return
