"""The weekly digest of each use case that wants one."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from bot.scheduler.runs import Job
from bot.scheduler.wallclock import latest_fire
from hitl.policy import Digest, InForce, UseCase
from hitl.review.monthly import ask_of_month
from hitl.review.telling import tell_of_digest
from hitl.statistics.weeks import starts_at
from hitl.storage import outbox
from hitl.storage.database import Transaction

_JUST_BEFORE = timedelta(microseconds=1)
_DAY = timedelta(days=1)


def digest_jobs(policy: InForce) -> list[Job]:
    """One job for each digest of the policy."""
    return [
        Job(
            name=f"digest:{use_case.name}",
            latest_fire=partial(latest_fire, use_case.digest),
            effect=partial(_put_due_digest, use_case=use_case, digest=use_case.digest),
        )
        for use_case in policy.use_cases.values()
        if use_case.digest is not None
    ]


def _put_due_digest(
    tx: Transaction, fire_at: datetime, *, use_case: UseCase, digest: Digest
) -> None:
    """The weeks end where digests are due: of 167 hours, 168 or 169, and without a gap."""
    since = latest_fire(digest, fire_at - _JUST_BEFORE)
    before = latest_fire(digest, since - _JUST_BEFORE)
    figures = put_digest(tx, before, since, fire_at, use_case=use_case, zone=digest.zone)
    tell_of_digest(tx, use_case.name, figures=figures)
    if month := month_over(since, fire_at, zone=digest.zone):
        first, last = month
        ask_of_month(
            tx,
            use_case=use_case,
            month=f"{first:%Y-%m}",
            since=starts_at(first, zone=digest.zone),
            until=starts_at(last, zone=digest.zone),
        )


def month_over(before: datetime, now: datetime, *, zone: str) -> tuple[date, date] | None:
    """The month that ended between two digests: its first day and the first of the next."""
    first = now.astimezone(ZoneInfo(zone)).date().replace(day=1)
    if not before < starts_at(first, zone=zone) <= now:
        return None
    return (first - _DAY).replace(day=1), first


def put_digest(
    tx: Transaction,
    before: datetime,
    since: datetime,
    until: datetime,
    *,
    use_case: UseCase,
    zone: str,
) -> Mapping[str, str]:
    """Post figures of ``since`` to ``until`` beside those of ``before`` to ``since``.

    Which figures these are is returned as the rows of the outbox say it.
    """
    figures = {
        "zone": zone,
        "until": until.isoformat(),
        "since": since.isoformat(),
        "before": before.isoformat(),
    }
    outbox.put(
        tx,
        kind=outbox.Kind.DIGEST,
        stream=f"digest:{use_case.name}",
        lane=outbox.posts_lane(use_case.channel),
        use_case=use_case.name,
        payload={"channel": use_case.channel, **figures},
    )
    return figures
