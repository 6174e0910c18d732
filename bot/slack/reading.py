"""Figures and queues of every use case, read in one go."""

import asyncio
from collections.abc import Container
from datetime import timedelta

from sqlalchemy import Connection

from bot.slack.cards.flags import Watched
from bot.slack.cards.policy import PolicyShown
from bot.slack.people import Actor
from bot.slack.refusals import Refusal
from bot.slack.services import SlackServices
from hitl.policy import UseCase
from hitl.reports.answers import Queue, Stats
from hitl.reports.stats import queue, stats
from hitl.storage.flags import flagged_cases
from hitl.storage.policy_changes import deciding_change, proposed_change
from hitl.storage.running_policy import stored_policy


async def withheld_from(services: SlackServices, actor: Actor) -> dict[str, str]:
    """The use cases whose cases this person may not read, each with the reason, as mrkdwn."""
    every = services.policy.use_cases
    reasons = await asyncio.gather(
        *(_reason_against(services, actor, use_case) for use_case in every.values())
    )
    return {name: why for name, why in zip(every, reasons, strict=True) if why is not None}


async def _reason_against(services: SlackServices, actor: Actor, use_case: UseCase) -> str | None:
    try:
        await services.people.require_viewer(actor, use_case)
    except Refusal as refusal:
        return str(refusal)
    return None


async def queues(services: SlackServices, *, without: Container[str] = ()) -> list[Queue]:
    """What waits in each use case but those that are withheld."""
    names = [name for name in services.policy.use_cases if name not in without]

    def read(connection: Connection) -> list[Queue]:
        return [queue(connection, use_case=name) for name in names]

    return await services.database.read(read)


async def watched(services: SlackServices, *, without: Container[str] = ()) -> list[Watched]:
    """The flagged cases of each use case but those that are withheld."""
    names = [name for name in services.policy.use_cases if name not in without]

    def read(connection: Connection) -> list[Watched]:
        return [Watched(name, *flagged_cases(connection, name, most=10)) for name in names]

    return await services.database.read(read)


async def policies(services: SlackServices, use_case: str | None) -> list[PolicyShown]:
    """What runs in one use case, or in each: as it is stored, for a process follows a bit later."""
    names = list(services.policy.use_cases) if use_case is None else [use_case]

    def read(connection: Connection) -> list[PolicyShown]:
        stored = stored_policy(connection).policy
        every = services.policy.use_cases if stored is None else stored.use_cases
        return [
            PolicyShown(
                every[name],
                since=deciding_change(connection, name),
                proposed=proposed_change(connection, name),
            )
            for name in names
            if name in every
        ]

    return await services.database.read(read)


async def figures(
    services: SlackServices, window: timedelta, *, use_case: UseCase | None = None
) -> list[Stats]:
    """The figures of one use case, or of each, over the ``window`` that ends now."""
    wanted = [use_case] if use_case else list(services.policy.use_cases.values())
    until = services.database.now()

    def read(connection: Connection) -> list[Stats]:
        return [
            stats(connection, use_case=each, since=until - window, until=until) for each in wanted
        ]

    return await services.database.read(read)
