"""A digest asked for by somebody: shown to them, or posted now."""

from datetime import datetime, timedelta
from functools import partial

from bot.scheduler.digests import put_digest
from bot.slack.cards.digest import digest_message
from bot.slack.message import Message
from bot.slack.people import Actor
from bot.slack.services import SlackServices
from bot.slack.text import mrkdwn
from hitl.policy import UseCase
from hitl.reports.digests import digest_of
from hitl.reports.report import zone_of
from hitl.reports.windows import WEEK, window_before


async def previewed(services: SlackServices, use_case: UseCase) -> Message:
    """The digest of the week up to now; a table stands in for the chart, which takes its time."""
    before, since, until = _weeks(services.database.now(), zone=zone_of(use_case))
    findings = await services.findings.at_once()

    read = partial(
        digest_of,
        use_case=use_case,
        before=before,
        since=since,
        until=until,
        zone=zone_of(use_case),
        findings=findings,
    )
    return digest_message(await services.database.read(read), use_case=use_case)


async def posted(services: SlackServices, actor: Actor, use_case: UseCase) -> Message:
    """What whoever asked is told, once it is to be sent; raises ``Refusal`` for all but leads."""
    await services.people.require_in_charge(actor, use_case, act="post the digest")
    before, since, until = _weeks(services.database.now(), zone=zone_of(use_case))
    await services.database.write(
        partial(
            put_digest,
            before=before,
            since=since,
            until=until,
            use_case=use_case,
            zone=zone_of(use_case),
        )
    )
    return Message(f"The digest goes to {mrkdwn(use_case.channel, 100)}.", [])


def _weeks(now: datetime, *, zone: str) -> tuple[datetime, datetime, datetime]:
    """Two weeks back, one, and the moment after now: what just happened is in it."""
    until = now + timedelta(microseconds=1)
    since = window_before(until, WEEK, zone=zone)
    return window_before(since, WEEK, zone=zone), since, until
