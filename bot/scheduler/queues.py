"""Looks every few seconds whether a queue card is out of date; so may other processes."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import EVERY, by_itself, sweeping
from hitl.policy import InForce
from hitl.review import tend_queue_card
from hitl.storage.database import Database
from hitl.storage.queue_cards import open_queue_cards


def tending_queue_cards(
    database: Database, policy: InForce, *, every: timedelta = EVERY
) -> AbstractAsyncContextManager[None]:
    """Keep every queue card current for as long as the block runs."""
    return sweeping("queue cards", partial(tend_queue_cards, database, policy), every=every)


async def tend_queue_cards(database: Database, policy: InForce) -> None:
    """Have each open queue card show what waits now; raises ``StorageUnavailable``."""
    for card in await database.read(open_queue_cards):
        # One whose use case has left the policy has nobody to say it to.
        if use_case := policy.use_cases.get(card.use_case):
            with by_itself(f"The queue card of {use_case.name}"):
                await database.write(partial(tend_queue_card, card_id=card.id, use_case=use_case))
