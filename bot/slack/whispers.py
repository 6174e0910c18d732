"""Words beside what a person clicked, for them alone: sent once the click is acknowledged.

Slack waits for the acknowledgement and no longer than three seconds, and whispers may get lost
anyway: what they tell of is stored by then, and shown on the card.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from slack_sdk.web.async_client import AsyncWebClient

from bot.slack.message import Message
from bot.slack.trouble import SLACK_TROUBLE
from bot.slack.ways_back import answer

logger = logging.getLogger(__name__)


class Whispers:
    """Sends beside everything else, over the client's connections."""

    def __init__(self, client: AsyncWebClient) -> None:
        self._client = client
        self._under_way = set[asyncio.Task[None]]()  # the loop itself holds tasks weakly

    def send(self, message: Message, url: str, *, replace: bool = False) -> None:
        """Begin to; ``url`` is that of the click, whose private message it is to ``replace``."""
        task = asyncio.create_task(self._send(message, url, replace=replace))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def finish(self) -> None:
        """Wait for what was begun."""
        await asyncio.gather(*self._under_way)

    async def _send(self, message: Message, url: str, *, replace: bool) -> None:
        try:
            await answer(
                url,
                message,
                client=self._client,
                response_type="ephemeral",
                replace_original=replace,
            )
        except SLACK_TROUBLE as trouble:
            # What was stored stands; the card shows it.
            logger.info("A person was not told: %s", trouble, extra={"key": "slack.not_told"})


@asynccontextmanager
async def whispering(client: AsyncWebClient) -> AsyncIterator[Whispers]:
    """Whispers while the block runs; those under way are finished at its end."""
    whispers = Whispers(client)
    try:
        yield whispers
    finally:
        await whispers.finish()
