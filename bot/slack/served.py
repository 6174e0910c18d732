"""What one person is served: of which use case, after how long a wait, and with its pictures."""

import asyncio
from contextlib import suppress
from datetime import timedelta

from sqlalchemy import Connection

from bot.slack import ids
from bot.slack.people import Actor, NotAllowed
from bot.slack.services import SlackServices
from hitl.deadlines import hand_overs
from hitl.policy import UseCase
from hitl.storage.bell import case_topic
from hitl.storage.queue_cards import numbers_of
from hitl.storage.slack_copies import lacks_pictures

_PICTURES_WITHIN = timedelta(seconds=1)
"""Of the three seconds in which Slack wants its answer; after that the case is shown without."""


async def waits_needed(services: SlackServices, actor: Actor, use_case: UseCase) -> timedelta:
    """How long a case must have waited for the actor to decide it: nothing for reviewers.

    Raises ``Refusal`` for those whom the use case never asks.
    """
    try:
        await services.people.require_decider(actor, use_case)
    except NotAllowed as refused:
        for after, name in hand_overs(use_case):
            if await services.people.can_decide(actor.user_id, use_case, also=(name,)):
                return after
        raise refused from None
    return timedelta()


async def longest_queue(services: SlackServices, actor: Actor, name: str) -> str:
    """The use case of that name, or the one with the most to do for the actor."""
    if name != ids.LONGEST_QUEUE:
        services.policy.use_case(name)
        return name

    def lengths(connection: Connection) -> dict[str, int]:
        return {each: numbers_of(connection, each).open for each in services.policy.use_cases}

    waiting = await services.database.read(lengths)
    refused: NotAllowed | None = None
    for each in sorted(waiting, key=lambda each: -waiting[each]):
        try:
            await waits_needed(services, actor, services.policy.use_case(each))
        except NotAllowed as refusal:
            refused = refused or refusal
        else:
            return each
    raise refused or NotAllowed("There is nothing to review.")


async def pictures_ready(services: SlackServices, case_id: int) -> None:
    """Wait a moment for pictures on their way: those of the first case were not made ready."""
    database = services.database
    with suppress(TimeoutError), database.bell.listening(case_topic(case_id)) as rung:
        async with asyncio.timeout(_PICTURES_WITHIN.total_seconds()):
            while await database.read(lambda c: lacks_pictures(c, case_id)):
                await rung.wait()
                rung.clear()
