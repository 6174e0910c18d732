"""Delivering webhooks in tests: a caller's server, cases that it is told of, and their rows."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import Any

from sqlalchemy import Row

from bot.delivery.health import Health
from bot.delivery.webhook_retries import settle_webhook_trouble, webhook_rates
from bot.delivery.webhook_signing import signing_key
from bot.delivery.webhooks import WebhookDesk, send_webhook
from bot.delivery.worker import Deliverer
from bot.outgoing.addresses import Allowed
from bot.outgoing.client import outgoing
from hitl.cases import Case
from hitl.policy import Policy
from hitl.review import submit, withdraw
from hitl.storage.database import Database
from hitl.storage.outbox import WEBHOOK
from tests.delivery.running import rows
from tests.examples import post

SECRET, OLDER_SECRET = (
    f"whsec_{base64.b64encode(bytes([number]) * 24).decode()}" for number in (1, 2)
)


@dataclass(frozen=True, slots=True)
class Calling:
    """A database with cases that callers want to hear of."""

    database: Database
    policy: Policy

    async def case(self, callback_url: str | None, key: str = "post-1", **changes: Any) -> Case:
        use_case = self.policy.use_case("content-moderation")
        submission = post(key, callback_url=callback_url, **changes)
        case, _ = await self.database.write(
            lambda tx: submit(tx, submission, use_case=use_case, draw=0.5)
        )
        return case

    async def withdraw(self, case: Case) -> None:
        await self.database.write(lambda tx: withdraw(tx, case.id, by="caller"))

    async def told(self, callback_url: str, key: str = "post-1") -> Case:
        """A withdrawn case, of which the caller is to be told."""
        case = await self.case(callback_url, key)
        await self.withdraw(case)
        return case

    async def webhooks(self) -> list[Row[Any]]:
        return [row for row in await rows(self.database) if row.kind == "webhook"]

    @asynccontextmanager
    async def desk(
        self, *secrets: str, allowed: str = "127.0.0.1", within: float = 0.5
    ) -> AsyncIterator[WebhookDesk]:
        """What sending works with; a server has half a second to answer unless said otherwise."""
        keys = [signing_key(secret) for secret in secrets]
        async with outgoing(Allowed.parse([allowed]), within=timedelta(seconds=within)) as client:
            yield WebhookDesk(client=client, keys=keys, clock=self.database.now)

    @asynccontextmanager
    async def delivering(
        self, *secrets: str, allowed: str = "127.0.0.1", within: float = 0.5, **options: Any
    ) -> AsyncIterator[None]:
        """A deliverer at work, without jitter, often looking."""
        usual: dict[str, Any] = {
            "health": Health(),
            "rates": webhook_rates,
            "look_every": timedelta(seconds=0.05),
            "chance": lambda: 0.0,
            "receiver": WEBHOOK,
            "settle_trouble": partial(settle_webhook_trouble, policy=self.policy),
        }
        async with self.desk(*secrets, allowed=allowed, within=within) as desk:
            deliverer = Deliverer(self.database, partial(send_webhook, desk), **usual | options)
            running = asyncio.create_task(deliverer.run())
            try:
                yield
            finally:
                deliverer.stop()
                await running
