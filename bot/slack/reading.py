"""Figures and queues of every use case, read in one go."""

from datetime import timedelta

from sqlalchemy import Connection

from bot.slack.cards.flags import Watched
from bot.slack.services import SlackServices
from hitl.policy import UseCase
from hitl.reports.answers import Queue, Stats
from hitl.reports.stats import queue, stats
from hitl.storage.flags import flagged_cases


async def queues(services: SlackServices) -> list[Queue]:
    """What waits in each use case."""
    names = list(services.policy.use_cases)

    def read(connection: Connection) -> list[Queue]:
        return [queue(connection, use_case=name) for name in names]

    return await services.database.read(read)


async def watched(services: SlackServices) -> list[Watched]:
    """The flagged cases of each use case that has any."""
    names = list(services.policy.use_cases)

    def read(connection: Connection) -> list[Watched]:
        return [Watched(name, *flagged_cases(connection, name, most=10)) for name in names]

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
