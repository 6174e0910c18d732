"""Looks every few minutes whether somebody at work shows signs of being tired; so may others.

It speaks to that person alone: no log, no report and no lead hears of it.
"""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial

from bot.scheduler.sweeps import by_itself, sweeping
from bot.slack.text import is_slack_user
from hitl.policy import InForce
from hitl.reports.report import zone_of
from hitl.reports.reviewers import AtWork, at_work, own_signs
from hitl.review.telling import tell_of_fatigue
from hitl.statistics.fatigue import Signs
from hitl.storage.database import Database

EVERY = timedelta(minutes=5)


def watching_for_fatigue(
    database: Database, policy: InForce, *, every: timedelta = EVERY
) -> AbstractAsyncContextManager[None]:
    """Tell people of it for as long as the block runs."""
    return sweeping("fatigue", partial(look_for_fatigue, database, policy), every=every)


async def look_for_fatigue(database: Database, policy: InForce) -> None:
    """Tell everybody at work of their own new signs; raises ``StorageUnavailable``."""
    for each in await database.read(partial(at_work, now=database.now())):
        # Who votes by the API may have no account to write to.
        if is_slack_user(each.person):
            with by_itself("A look for signs of fatigue"):
                await _look_at(database, policy, each)


async def _look_at(database: Database, policy: InForce, who: AtWork) -> None:
    use_case = policy.use_cases.get(who.use_case)
    if use_case is None:
        return
    zone, now = zone_of(use_case), database.now()
    signs = await database.read(partial(own_signs, person=who.person, zone=zone, now=now))
    if isinstance(signs, Signs) and signs.seen:
        tell = partial(tell_of_fatigue, signs=signs, person=who.person, use_case=use_case.name)
        await database.write(tell)
