"""Posting a digest: its figures, its chart where files are allowed, its weeks in a table else."""

import asyncio
import logging
from datetime import datetime
from functools import partial

from bot.charts import weeks_chart
from bot.delivery.desk import Desk, Sent, Skipped
from bot.delivery.once import post_once
from bot.delivery.pictures import uploaded
from bot.delivery.troubles import Trouble
from bot.slack.cards.digest import digest_message
from bot.slack.message import Message
from hitl.policy import UseCase
from hitl.reports.answers import Digest
from hitl.reports.digests import digest_of
from hitl.reports.offers import offer_of
from hitl.storage.outbox import Parcel

log = logging.getLogger(__name__)


async def post_digest(desk: Desk, parcel: Parcel) -> Sent | Skipped:
    """Post it, unless an earlier try did."""
    use_case = desk.use_case(parcel)

    async def message() -> Message:
        digest = await digest_asked_for(desk, parcel, use_case=use_case)
        chart = await _chart(desk, digest, use_case=use_case)
        offer = await desk.database.read(
            partial(offer_of, use_case=use_case, now=desk.database.now())
        )
        return digest_message(digest, use_case=use_case, chart=chart, offer=offer)

    return await post_once(desk, parcel, message)


async def digest_asked_for(desk: Desk, parcel: Parcel, *, use_case: UseCase) -> Digest:
    """The figures of the weeks that the row names."""
    before, since, until = (
        datetime.fromisoformat(parcel.payload[name]) for name in ("before", "since", "until")
    )
    findings = await desk.findings.of_now()
    read = partial(
        digest_of,
        use_case=use_case,
        before=before,
        since=since,
        until=until,
        zone=parcel.payload["zone"],
        findings=findings,
    )
    return await desk.database.read(read)


async def _chart(desk: Desk, digest: Digest, *, use_case: UseCase) -> str | None:
    """The workspace's file of it; None where there is nothing to draw or Slack takes no file."""
    weeks = digest.report.weeks if digest.report else ()
    if not any(week.predictions or week.decided for week in weeks):
        return None
    content = await asyncio.to_thread(weeks_chart, weeks)
    name = f"{use_case.name}-{digest.week.until:%Y-%m-%d}.png"
    try:
        return await uploaded(desk, content, name=name, title=f"The weeks of {use_case.name}")
    except Trouble as trouble:
        # A digest without its chart beats no digest.
        log.warning("The digest of %s goes without its chart: %s", use_case.name, trouble)
        return None
